import { operationKinds } from "@confiture/model";
import { predictEffects } from "@confiture/sql";
import { describe, expect, test } from "vitest";
import { readForms } from "./read-forms.js";

const files = await readForms();

describe.each(files)("$name", ({ statements, forms }) => {
  test("the grammar understands every statement", () => {
    const refused = statements.flatMap(({ text, syntaxError }) =>
      syntaxError === undefined ? [] : { text, syntaxError },
    );
    expect(refused).toEqual([]);
  });

  test("every statement has a label, and no text stands twice", () => {
    expect(forms.filter(({ kinds }) => kinds.length === 0).map(({ statement }) => statement.text)).toEqual([]);
    const texts = statements.map(({ text }) => text);
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });

  test("every statement is what its label says", async () => {
    const predicted = await predictEffects(statements);
    const wrong = forms.flatMap(({ statement, kinds }, index) => {
      const found = predicted[index]!.operations.map(({ kind }) => kind);
      return found.join() === kinds.join()
        ? []
        : `${statement.text}: ${found.join() || "nothing"}, not ${kinds.join()}`;
    });
    expect(wrong).toEqual([]);
  });

  test("every statement is understood, also alone", async () => {
    const unknown: string[] = [];
    // What a session prepared, or a body puts together, no file tells.
    const told = forms.filter(
      ({ kinds, statement }) => !kinds.includes("unclassified") && !/\bexecute deep/.test(statement.text),
    );
    for (const { statement } of told) {
      const [alone] = await predictEffects([statement]);
      if (alone!.operations.length === 0 || alone!.effect.certainty === "unknown") unknown.push(statement.text);
      if (alone!.operations.some(({ kind }) => kind === "unclassified")) unknown.push(statement.text);
    }
    expect(unknown).toEqual([]);
  });
});

test("every kind of operation has a form", () => {
  const reached = new Set(files.flatMap(({ forms }) => forms.flatMap(({ kinds }) => kinds)));
  expect(operationKinds.filter((kind) => !reached.has(kind))).toEqual([]);
});

test("there are as many forms as the language is wide", () => {
  expect(files.flatMap(({ forms }) => forms).length).toBeGreaterThan(1_200);
});
