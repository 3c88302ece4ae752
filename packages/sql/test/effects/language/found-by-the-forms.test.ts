import { type PredictEffectsOptions, parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";
import { readForms } from "./read-forms.js";

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

test("a trigger is the same on one line and on many", async () => {
  const body = "create function f() returns trigger language plpgsql as $$ begin delete from u; return new; end $$";
  const insertBehind = (trigger: string) => last(`${body}; ${trigger}; insert into t values (1)`);
  const many = await insertBehind("create trigger g after\ninsert\non t for each\nrow execute function f()");
  const one = await insertBehind("create trigger g after insert on t for each row execute function f()");
  expect(many.effect.locks).toEqual(one.effect.locks);
});

test("the word AS in a comment is not where a view's query begins", async () => {
  const { effect } = await last("create view /* as */ v as select * from t; lock table v in share mode");
  expect(effect.locks).toEqual([{ relation: "public.t", mode: "ShareLock" }]);
});

test("a table that may have been there already is not taken for a new one", async () => {
  const { effect } = await last("create table if not exists t (id int); alter table t add column n int");
  expect(effect.certainty).toBe("assumed");
});

test("nor is one that a condition makes", async () => {
  const { effect } = await last(
    "do $$ begin if to_regclass('t') is null then create table t (n int); end if; end $$; alter table t add column m int",
  );
  expect(effect.certainty).toBe("assumed");
});

test("a view that is said to be there already is not taken for a new one", async () => {
  const { effect } = await last("create or replace view v as select 1; alter view v rename to w");
  expect(effect.locks).toEqual([{ relation: "public.v", mode: "AccessExclusiveLock" }]);
});

test("RETURN QUERY EXECUTE runs what it is given", async () => {
  const { effect } = await last(
    "create function g() returns setof int language plpgsql as $$ begin return query execute 'delete from t returning id'; end $$; select g()",
  );
  expect(effect.locks).toEqual([{ relation: "public.t", mode: "RowExclusiveLock" }]);
});

test("OPEN … FOR EXECUTE runs what it is given", async () => {
  const { effect } = await last(
    "do $$ declare c refcursor; begin open c for execute 'select * from t for update'; end $$",
  );
  expect(effect.locks).toEqual([{ relation: "public.t", mode: "RowShareLock" }]);
});

test.each([
  "begin; set local search_path = s; commit; alter table t add column n int",
  "set search_path = s; discard all; alter table t add column n int",
])("the search path is again what it was: %s", async (sql) => {
  const { effect } = await last(sql);
  expect(effect.locks).toEqual([{ relation: "public.t", mode: "AccessExclusiveLock" }]);
});

test("RESET search_path is back at the session's own", async () => {
  const predicted = await predict("set search_path = s; reset search_path; alter table t add column n int", {
    searchPath: ["app"],
  });
  expect(predicted.at(-1)!.effect.locks).toEqual([{ relation: "app.t", mode: "AccessExclusiveLock" }]);
});

test("CLUSTER of a table nobody knows rests on assumptions", async () => {
  expect((await last("cluster t")).effect.certainty).toBe("assumed");
});

const targets = async () => {
  const predicted = await Promise.all(
    (await readForms()).flatMap(({ statements }) => statements.map((one) => predictEffects([one]))),
  );
  return predicted.flatMap(([one]) => one!.operations.flatMap(({ on }) => on ?? []));
};

test("an object has one word, which is PostgreSQL's", async () => {
  const internal = /^(fdw|op(class|family)|ts[a-z]+|largeobject|domconstraint|statistic ext|parameter acl)$/;
  expect((await targets()).map(({ kind }) => kind).filter((kind) => internal.test(kind))).toEqual([]);
});

test("an operation on something with a name says which", async () => {
  expect((await targets()).filter(({ name }) => name === "").map(({ kind }) => kind)).toEqual([]);
});

test.each([
  "alter function f(int) immutable",
  "alter operator === (int, int) set (restrict = none)",
  "create cast (int as k) with inout",
  "alter role r nologin",
  "drop role r",
  "grant a to b",
  "listen news",
])("%s is about something", async (sql) => {
  expect((await last(sql)).operations[0]!.on).toBeDefined();
});
