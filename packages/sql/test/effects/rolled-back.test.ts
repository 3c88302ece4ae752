import { parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";
import { forkPicture } from "../../src/effects/picture/fork-picture.js";
import { advance, openPicture } from "../../src/effects/predict-effects.js";
import { openGrammar } from "../../src/parse/parse-statement.js";

async function last(sql: string) {
  const { statements } = await parseSqlFile(sql, { file: "m.sql" });
  return (await predictEffects(statements)).at(-1)!.effect;
}

const madeAbove = "create table t (n int);";
const onT = [{ relation: "public.t", mode: "AccessExclusiveLock" }];

/** Files that change the last statement's locks, and what these are. */
const files: Readonly<Record<string, readonly [string, readonly { relation: string; mode: string }[]]>> = {
  "a name is again the old one": [
    `${madeAbove} begin; alter table t rename to u; rollback; alter table t add m int`,
    [],
  ],
  "a table is not there": ["begin; create table t (n int); rollback; alter table t add m int", onT],
  "a table is there again": [`${madeAbove} begin; drop table t; abort; alter table t add m int`, []],
  "only what comes behind a savepoint is taken back": [
    "begin; create table t (n int); savepoint s; drop table t; rollback to s; alter table t add m int",
    [],
  ],
  "a savepoint is gone back to as often as one likes": [
    `begin; create table t (n int); savepoint s; drop table t; rollback to s; drop table t; rollback to savepoint s;
      alter table t add m int`,
    [],
  ],
  "what is committed stays": [
    "begin; create table t (n int); commit; begin; drop table t; rollback; alter table t add m int",
    [],
  ],
  "a chained transaction begins where the other ended": [
    "begin; create table t (n int); commit and chain; drop table t; rollback; alter table t add m int",
    [],
  ],
  "the search path is that of before": [
    "begin; set search_path = a; set local search_path = b; rollback; alter table t add m int",
    onT,
  ],
};

for (const [name, [file, locks]] of Object.entries(files)) {
  test(`after ROLLBACK ${name}`, async () => {
    const effect = await last(file);
    expect(effect.locks).toEqual(locks);
    expect(effect.assumptions.join()).not.toContain("rolled back");
  });
}

test("a ROLLBACK whose BEGIN stands elsewhere is said to take nothing back", async () => {
  const effect = await last(`${madeAbove} rollback; alter table t add m int`);
  expect(effect.assumptions).toContain("what was rolled back above is there all the same");
});

test("so is one in a body, where a condition may stand before it", async () => {
  const effect = await last(`do $$ begin rollback; end $$; ${madeAbove} alter table t add m int`);
  expect(effect.assumptions).toContain("what was rolled back above is there all the same");
});

test("what a fork of the picture rolls back is there in it again, with all that nobody has looked at", async () => {
  const grammar = await openGrammar();
  const text = `${madeAbove} create table u (n int); create index i on u (n); begin; drop table t; rollback; drop index i`;
  const { statements } = await parseSqlFile(text, { file: "m.sql" });
  const picture = openPicture({}, grammar, statements);
  for (const statement of statements.slice(0, 3)) advance(statement, picture, grammar);
  const fork = forkPicture(picture);
  const effects = statements.slice(3).map((statement) => advance(statement, fork, grammar).effect);
  expect(effects.at(-1)).toMatchObject({ locks: [], indexLocks: [], certainty: "certain" });
});
