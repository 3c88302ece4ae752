import { type PredictEffectsOptions, parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";
import { readForms } from "./read-forms.js";

// What the laws and forms found and the prediction does not get right yet. Vitest says so when one of them comes true:
// then it moves to `found-by-the-forms.test.ts`.

const predict = async (sql: string, options: PredictEffectsOptions = {}) =>
  predictEffects((await parseSqlFile(sql, { file: "f.sql" })).statements, options);
const last = async (sql: string) => (await predict(sql)).at(-1)!;

test.fails("what was rolled back is not there", async () => {
  const { effect } = await last(
    "create table t (n int); begin; alter table t rename to u; rollback; alter table t add column m int",
  );
  expect(effect.locks).toEqual([]);
});

const targets = async () => {
  const predicted = await Promise.all(
    (await readForms()).flatMap(({ statements }) => statements.map((one) => predictEffects([one]))),
  );
  return predicted.flatMap(([one]) => one!.operations.flatMap(({ on }) => on ?? []));
};

test.fails("an operation on something with a name says which", async () => {
  expect((await targets()).filter(({ name }) => name === "").map(({ kind }) => kind)).toEqual([]);
});
