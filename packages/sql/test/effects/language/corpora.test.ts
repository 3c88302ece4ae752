import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSqlFile, predictEffects } from "@confiture/sql";
import { describe, expect, test } from "vitest";
import { readForms } from "./read-forms.js";

const folder = process.env.CONFITURE_CORPORA;

describe.skipIf(folder === undefined)("real files (CONFITURE_CORPORA)", () => {
  test.each([
    { name: "schemas/pagila-schema.sql", least: 200 },
    { name: "schemas/pagila-data.sql", least: 30 },
    { name: "schemas/chinook.sql", least: 40 },
  ])("$name: every statement is understood", async ({ name, least }) => {
    const { statements } = await parseSqlFile(readFileSync(join(folder!, name), "utf8"), { file: name });
    const predicted = await predictEffects(statements);
    expect(predicted.length).toBeGreaterThan(least);
    const unknown = predicted.filter(
      ({ operations, effect }) =>
        operations.length === 0 ||
        effect.certainty === "unknown" ||
        operations.some(({ kind }) => kind === "unclassified"),
    );
    expect(unknown.map(({ statement }) => statement.text)).toEqual([]);
    // Whatever a file makes itself, nobody waits for.
    expect(predicted.flatMap(({ effect }) => effect.rewrites)).toEqual([]);
  });
});

const broken = "alter tabel berth add column n int";

test("a statement that does not parse hides none of the others", async () => {
  for (const { name, text, statements } of await readForms()) {
    const middle = statements[Math.floor(statements.length / 2)]!.start;
    const { statements: withBroken } = await parseSqlFile(`${text.slice(0, middle)}${broken};\n${text.slice(middle)}`, {
      file: name,
    });
    const predicted = await predictEffects(withBroken);
    const at = predicted.findIndex(({ statement }) => statement.text === broken);
    expect(predicted[at]).toMatchObject({
      statement: { kind: "unparsable", syntaxError: { message: 'syntax error at or near "tabel"' } },
      operations: [{ kind: "unclassified" }],
      effect: { certainty: "unknown", locks: [] },
    });
    const others = [...predicted.slice(0, at), ...predicted.slice(at + 1)];
    const alone = await predictEffects(statements);
    expect(others.map(({ effect }) => effect)).toEqual(alone.map(({ effect }) => effect));
  }
});

test("a file that is nothing but wrong has a word for each statement", async () => {
  const { statements } = await parseSqlFile("selec 1; drop tabel t; '", { file: "f.sql" });
  const predicted = await predictEffects(statements);
  expect(predicted.map(({ operations, effect }) => [operations.map(({ kind }) => kind), effect.certainty])).toEqual(
    Array.from({ length: 3 }, () => [["unclassified"], "unknown"]),
  );
});
