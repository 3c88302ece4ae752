import type { Effect } from "@confiture/model";
import { type PredictEffectsOptions, parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";

async function predict(sql: string, options: PredictEffectsOptions = {}) {
  const { statements } = await parseSqlFile(sql, { file: "m.sql" });
  return predictEffects(statements, options);
}

async function last(sql: string, options?: PredictEffectsOptions): Promise<Effect> {
  return (await predict(sql, options)).at(-1)!.effect;
}

const locksOf = ({ locks }: Effect) => locks.map(({ relation, mode }) => `${relation} ${mode}`);

test("a table that an earlier statement made has no waiters, so nothing on it counts as locked", async () => {
  const effects = await predict("create table t (n int); create index on t (n); alter table t add check (n > 0)");
  expect(effects.flatMap(({ effect }) => [...effect.locks, ...effect.scans, ...effect.indexBuilds])).toEqual([]);
});

test("what is looked for without a catalog is assumed, in words", async () => {
  const effect = await last("alter table t add column a int");
  expect(locksOf(effect)).toEqual(["public.t AccessExclusiveLock"]);
  expect(effect.certainty).toBe("assumed");
  expect(effect.assumptions.join()).toContain("public.t has no partitions or children");
});

test("a default that is the same for every row needs no rewrite, one that is another for each does", async () => {
  expect((await last("alter table t add column a timestamptz default now()")).rewrites).toEqual([]);
  expect((await last("alter table t add column a timestamptz default clock_timestamp()")).rewrites).toEqual([
    "public.t",
  ]);
  expect((await last("alter table t add column a int default mine()")).rewrites).toEqual(["public.t"]);
});

test("an earlier statement says how volatile a function is", async () => {
  const create = "create function mine() returns int immutable language sql as 'select 1';";
  expect((await last(`${create} alter table t add column a int default mine()`)).rewrites).toEqual([]);
});

test("a name without a schema is looked for where the file says", async () => {
  expect(locksOf(await last("set search_path = app, public; alter table t add column a int"))).toEqual([
    "app.t AccessExclusiveLock",
  ]);
  const dumped = "select pg_catalog.set_config('search_path', 'sales', false); drop table t";
  expect(locksOf(await last(dumped))).toEqual(["sales.t AccessExclusiveLock"]);
});

test("a DO block is followed, with the statements it puts together as constants", async () => {
  const [only] = await predict("do $$ begin execute 'drop table ' || 'u'; alter table t add column a int; end $$");
  expect(only?.operations.map(({ kind, inside }) => [kind, inside])).toEqual([
    ["do", undefined],
    ["drop_table", "DO block"],
    ["add_column", "DO block"],
  ]);
});

test("a statement that is put together when it runs is not understood, and makes all unknown", async () => {
  const [only] = await predict("do $$ begin execute format('drop table %I', current_user); end $$");
  expect(only?.operations.map(({ kind }) => kind)).toEqual(["do", "unclassified"]);
  expect(only?.effect.certainty).toBe("unknown");
});

test("one statement that the grammar refuses does not hide the others", async () => {
  const effects = await predict("drop table a; alter tabel b add c int; drop table d");
  expect(effects.map(({ operations }) => operations.map(({ kind }) => kind))).toEqual([
    ["drop_table"],
    ["unclassified"],
    ["drop_table"],
  ]);
  expect(effects.map(({ effect }) => effect.certainty)).toEqual(["assumed", "unknown", "assumed"]);
});

test("the body of a trigger that the file made is followed when rows are written", async () => {
  const effect = await last(`
    create function note() returns trigger language plpgsql as
      $$ begin insert into audit values (new.id); return new; end $$;
    create trigger note after insert on t for each row execute function note();
    insert into t (id) values (1)`);
  expect(locksOf(effect)).toEqual(["public.audit RowExclusiveLock", "public.t RowExclusiveLock"]);
});

test("of a trigger's function that nobody knows it is assumed that it touches nothing", async () => {
  const effect = await last("create trigger g after insert on t execute function nobody(); insert into t values (1)");
  expect(effect.assumptions).toContain("nobody() touches no relation: nothing is known of its body");
});

test("a file that drops what it made loses nothing", async () => {
  const effect = await last("create table t (n int, m int); alter table t drop column n");
  expect([effect.dataLoss, effect.hazards]).toEqual([[], []]);
});

test("what existing rows must satisfy is cut from the statement as it is written", async () => {
  const effect = await last(
    "alter table t add constraint ok check (note <> ')' and n > /* ( */ 0) not valid, add unique (a, b)",
  );
  expect(effect.requires).toEqual([
    { kind: "unique", relation: "public.t", columns: ["a", "b"], nullsNotDistinct: false },
  ]);
  expect((await last(String.raw`alter table t add check (note not in (E'\')', $q$)$q$))`)).requires).toEqual([
    { kind: "check", relation: "public.t", expression: String.raw`note not in (E'\')', $q$)$q$)` },
  ]);
  expect((await last("alter table t add check (note <> ')' and é > 0)")).requires).toEqual([
    { kind: "check", relation: "public.t", expression: "note <> ')' and é > 0" },
  ]);
});

test("the CONCURRENTLY forms wait for transactions instead of queueing anybody", async () => {
  const effect = await last("create index concurrently i on t (n)");
  expect(effect.waits).toEqual([{ relation: "public.t", conflictingWith: "ShareLock", oldSnapshots: true }]);
  expect([effect.transactional, locksOf(effect)]).toEqual([false, ["public.t ShareUpdateExclusiveLock"]]);
});

test("versions differ where servers do", async () => {
  const grant = "grant select on t to public";
  expect(locksOf(await last(grant, { serverVersion: 17 }))).toEqual([]);
  expect(locksOf(await last(grant, { serverVersion: 18 }))).toEqual(["public.t AccessShareLock"]);
});

test("a form tells the first version that has it", async () => {
  expect((await last("alter table t alter column a set compression lz4")).since).toBe(14);
  expect((await last("alter table t add constraint c not null a not valid")).since).toBe(18);
});
