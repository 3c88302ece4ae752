import { type PredictEffectsOptions, parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";

const predict = async (sql: string, options: PredictEffectsOptions = {}) =>
  predictEffects((await parseSqlFile(sql, { file: "f.sql" })).statements, options);
const last = async (sql: string) => (await predict(sql)).at(-1)!;

test("a parenthesis in a comment is not the beginning of a CHECK", async () => {
  const { effect } = await last("alter table t add check /* (a */ (n > 0)");
  expect(effect.requires).toEqual([{ kind: "check", relation: "public.t", expression: "n > 0" }]);
});

test("a condition with an equals sign is read as a whole", async () => {
  const { effect } = await last("do $$ begin if not exists (select from t where n = 1) then null; end if; end $$");
  expect(effect.certainty).toBe("assumed");
});

test.each(["explain execute q", "create table t as execute q"])("%s does what nobody knows", async (sql) => {
  expect((await last(sql)).effect.certainty).not.toBe("certain");
});

test("without a catalog CREATE OR REPLACE FUNCTION is no certain creation", async () => {
  const { effect } = await last("create or replace function f() returns int language sql as 'select 1'");
  expect(effect.certainty).toBe("assumed");
});

test("rows of a partitioned table that the file made need not be looked at before", async () => {
  const { effect } = await last(
    "create table ref (id int primary key); create table t (ref int) partition by list (ref); alter table t add foreign key (ref) references ref",
  );
  expect(effect.requires).toEqual([]);
});

test("nobody is waited for on a table that the file made", async () => {
  const { effect } = await last(
    "create table t (n int) partition by list (n); create table t1 partition of t default; alter table t detach partition t1 concurrently",
  );
  expect(effect.waits).toEqual([]);
});

test("scans of several operations are in order", async () => {
  const { effect } = await last(
    "alter table t alter column n type text, add column r int references u, validate constraint k",
  );
  const whys = effect.scans.map(({ relation, why }) => `${relation} ${why}`);
  expect(whys).toEqual([...whys].sort());
});

test("a query with an equals sign behind it is read as well", async () => {
  const { effect } = await last("do $$ begin assert (select count(*) from t) = 0; end $$");
  expect(effect.locks).toEqual([{ relation: "public.t", mode: "AccessShareLock" }]);
});
