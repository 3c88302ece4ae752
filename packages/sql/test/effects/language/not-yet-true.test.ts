import { predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";
import { readForms } from "./read-forms.js";

// What the laws and forms found and the prediction does not get right yet. Vitest says so when one of them comes true:
// then it moves to `found-by-the-forms.test.ts`.

const targets = async () => {
  const predicted = await Promise.all(
    (await readForms()).flatMap(({ statements }) => statements.map((one) => predictEffects([one]))),
  );
  return predicted.flatMap(([one]) => one!.operations.flatMap(({ on }) => on ?? []));
};

test.fails("an operation on something with a name says which", async () => {
  expect((await targets()).filter(({ name }) => name === "").map(({ kind }) => kind)).toEqual([]);
});
