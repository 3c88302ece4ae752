import { parseSqlFile } from "@confiture/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { forkPicture } from "../../src/effects/picture/fork-picture.js";
import type { Picture } from "../../src/effects/picture/picture.js";
import { advance, openPicture } from "../../src/effects/predict-effects.js";
import { openGrammar } from "../../src/parse/parse-statement.js";

const grammar = await openGrammar();

async function pictureOf(...texts: readonly string[]): Promise<Picture> {
  const picture = openPicture({}, grammar, []);
  await run(picture, ...texts);
  return picture;
}

async function run(picture: Picture, ...texts: readonly string[]) {
  const { statements } = await parseSqlFile(texts.join(";\n"), { file: "t" });
  return statements.map((statement) => advance(statement, picture, grammar));
}

const schema = [
  "create table r (id int primary key)",
  "create table t (a int check (a > 0), b text unique, c serial, r int references r)",
  "create index t_lower on t (lower(b)) where a > 5",
  "create view v as select a, b from t",
  "create table p (k int) partition by range (k)",
  "create table p1 partition of p for values from (0) to (10)",
  "create domain d as int check (value > 0)",
  "create function f() returns int language sql as 'select 1'",
];

const changes = [
  "alter table t drop column a",
  "alter table t rename to u",
  "drop table t cascade",
  "drop table r cascade",
  "alter table t add column d d, add check (a < 9), alter b set not null",
  "alter table t alter r type bigint",
  "alter table p rename column k to key",
  "create table p2 partition of p for values from (10) to (20)",
  "alter table p detach partition p1",
  "drop schema public cascade",
  "alter table t set schema other",
  "alter domain d add check (value < 9)",
  "drop function f",
  "set search_path = other",
  "create table t2 (like t); create table r2 (t int references r)",
  "alter table t add foreign key (a) references r",
  "alter table p add primary key (k), add column r int references r",
  "alter table t rename constraint t_a_check to c",
];

test("what is tried on a fork does what it does on the picture, which stays as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(changes, { minLength: 1, maxLength: 5 }), async (tried) => {
      const picture = await pictureOf(...schema);
      const onFork = await run(forkPicture(picture), ...tried);
      const again = await run(forkPicture(picture), ...tried);
      expect(again).toEqual(onFork);
      expect(await run(picture, ...tried)).toEqual(onFork);
    }),
    { numRuns: 60 },
  );
});

test("a fork lists what it has and no more", async () => {
  const picture = await pictureOf(...schema);
  const fork = forkPicture(picture);
  await run(fork, "drop table p", "create table z (a int)", "drop table r cascade", "create table r ()");
  const names = (of: Picture) => [...of.relations.keys()].sort();
  expect(names(fork)).toEqual(["public.r", "public.t", "public.t_c_seq", "public.v", "public.z"]);
  expect([...fork.relations.values()].map(({ bare }) => bare).sort()).toEqual(["r", "t", "t_c_seq", "v", "z"]);
  expect(fork.relations.size).toBe(5);
  expect(fork.relations.has("public.p")).toBe(false);
  expect(fork.relations.get("public.t")!.constraints.size).toBe(2);
  expect(names(picture)).toEqual(["public.p", "public.p1", "public.r", "public.t", "public.t_c_seq", "public.v"]);
  expect(picture.relations.get("public.t")!.constraints.size).toBe(3);
});
