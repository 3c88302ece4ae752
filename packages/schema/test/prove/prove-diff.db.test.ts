import { shadowProvider } from "@confiture/postgres";
import { type ProofStatement, type ProveDiffOptions, proveDiff } from "@confiture/schema";
import { openTestDatabase, type TestDatabase, testOnEachVersion, watchShadows } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let newest: TestDatabase;
beforeAll(async () => {
  newest = await openTestDatabase();
});
afterAll(() => newest[Symbol.asyncDispose]());

interface Pair {
  readonly before: string;
  readonly after: string;
  readonly plan: readonly (string | ProofStatement)[];
  readonly renames?: number;
}

function prove(
  { before, after, plan, renames = 0 }: Pair,
  options: ProveDiffOptions = {},
  db: { readonly url: string } = newest,
) {
  const statements = plan.map((entry) =>
    typeof entry === "string" ? { sql: entry, effect: { rewrites: [], fileSwaps: [] } } : entry,
  );
  return proveDiff(
    { before, after, statements, renames, shadow: shadowProvider({ url: db.url }) },
    { diff: () => [], ...options },
  );
}

testOnEachVersion("a plan that leads where it should, with all rows, is proven", async (version) => {
  await using db = await openTestDatabase({ version });
  const pair: Pair = {
    before: "create table t (id bigint generated always as identity primary key, name text not null)",
    after: `create table t (id bigint generated always as identity primary key, name text not null, note text);
      create index t_name on t (name)`,
    plan: ["alter table public.t add column note text", "create index t_name on public.t using btree (name)"],
  };
  expect(await prove(pair, {}, db)).toEqual({
    proven: true,
    outcome: { kind: "applied" },
    differences: [],
    observed: [],
    columnOrder: [],
    secondPlan: [],
    rows: [{ table: "public.t", before: 3, after: 3, same: true, emptied: [] }],
    rowsLost: [],
    noRowFollowed: false,
    sequencesMoved: [],
    files: { rewritten: [], rebuiltIndexes: [], recreated: [] },
    undeclaredRewrites: [],
    notInspected: [],
  });
});

test("the statement that fails is named, and what stood in its transaction is undone", async () => {
  const plan = ["create table public.new (n integer)", "alter table public.t add column a no_such_type"];
  const proof = await prove({ before: "create table t (n int)", after: "", plan });
  expect(proof).toMatchObject({ proven: false, outcome: { kind: "failed", index: 1, sql: plan[1], code: "42704" } });
  expect(proof.withoutRows).toBeUndefined();
});

test("what a plan leaves undone is seen by the reader and by the observer", async () => {
  const proof = await prove({
    before: "",
    after: "create table t (n int); comment on table t is 'T'",
    plan: ["create table public.t (n int)"],
  });
  expect(proof.differences).toMatchObject([{ kind: "comment", change: "added" }]);
  expect(proof.observed).toEqual([
    { kind: "table", identity: "public.t", change: "changed", facts: [{ fact: "comment", after: "T" }] },
  ]);
  expect(proof.proven).toBe(false);
});

test("owners and grants count unless told otherwise", async () => {
  const pair = {
    before: "create table t (n int)",
    after: "create table t (n int); grant select on t to public",
    plan: [],
  };
  expect(await prove(pair)).toMatchObject({ proven: false, observed: [{ identity: "public.t" }] });
  expect(await prove(pair, { ignoreGrants: true })).toMatchObject({ proven: true });
});

test("a column dropped and made again loses its values, though the schema is right", async () => {
  const schema = "create table t (id int primary key, name text)";
  const plan = ["alter table public.t drop column name", "alter table public.t add column name text"];
  expect(await prove({ before: schema, after: schema, plan })).toMatchObject({
    proven: false,
    differences: [],
    observed: [],
    rowsLost: ["public.t"],
    rows: [{ before: 3, after: 3, same: false }],
  });
});

test("a table dropped and made again is told, and its rows are lost", async () => {
  const schema = "create table t (id serial primary key)";
  const proof = await prove({
    before: schema,
    after: schema,
    plan: ["drop table public.t", schema.replace(" t ", " public.t ")],
  });
  expect(proof).toMatchObject({
    proven: false,
    differences: [],
    rowsLost: ["public.t"],
    sequencesMoved: ["public.t_id_seq"],
  });
  expect(proof.files.recreated.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "table public.t",
    "sequence public.t_id_seq",
    "index public.t_pkey",
  ]);
});

test("values of a column that changes its type may change, and must not get lost", async () => {
  const [before, after] = ["create table t (n int)", "create table t (n text)"];
  const effect = { rewrites: ["public.t"], fileSwaps: [] };
  const change = (using: string) => [{ sql: `alter table public.t alter column n type text using ${using}`, effect }];
  expect(await prove({ before, after, plan: change("n::text") })).toMatchObject({ proven: true });
  const emptied = await prove({ before, after, plan: change("nullif(n::text, '1')") });
  expect(emptied).toMatchObject({ proven: false, rowsLost: ["public.t"], rows: [{ emptied: ["n"] }] });
});

test("a table written anew must have been declared", async () => {
  const pair = (rewrites?: readonly string[]) => ({
    before: "create table t (id int primary key, n int); create index on t (n)",
    after: "create table t (id int primary key, n bigint); create index on t (n)",
    plan: [
      {
        sql: "alter table public.t alter column n type bigint",
        ...(rewrites && { effect: { rewrites, fileSwaps: [] } }),
      },
    ],
  });
  expect(await prove(pair(["public.t"]))).toMatchObject({ proven: true, files: { rewritten: ["public.t"] } });
  expect(await prove(pair([]))).toMatchObject({ proven: false, undeclaredRewrites: ["public.t"] });
  expect((await prove(pair())).notInspected).toEqual([
    "whether rewrites were declared: no statement says what it rewrites",
  ]);
});

test("a second plan must be empty, and is made from what the first one led to", async () => {
  const pair = { before: "", after: "create table t (n int)", plan: [] };
  const proof = await prove(pair, {
    diff: (before, after) => (before.tables.length < after.tables.length ? [{ sql: "…" }] : []),
  });
  expect(proof.secondPlan).toEqual(["…"]);
});

test("where the rows are in the way, the plan is tried on empty tables too", async () => {
  const proof = await prove({
    before: "create table t (n int)",
    after: "create table t (n int, m int not null)",
    plan: ["alter table public.t add column m integer not null"],
  });
  expect(proof.outcome).toMatchObject({ kind: "failed", index: 0, code: "23502" });
  expect(proof).toMatchObject({ proven: false, withoutRows: { kind: "applied" }, differences: [], observed: [] });
});

test("what must run alone does, and a new enum value is committed before it is used", async () => {
  const proof = await prove({
    before: "create type mood as enum ('a'); create table t (m mood default 'a')",
    after: "create type mood as enum ('a', 'b'); create table t (m mood default 'b'); create index t_m on t (m)",
    plan: [
      { sql: "alter type public.mood add value 'b'", commitBehind: "a new value" },
      "alter table public.t alter column m set default 'b'::public.mood",
      { sql: "create index concurrently t_m on public.t (m)", transactional: false },
    ],
  });
  expect(proof).toMatchObject({ outcome: { kind: "applied" }, proven: true });
});

test("columns in another order are told, and held against nobody", async () => {
  const proof = await prove({
    before: "create table t (b int)",
    after: "create table t (a int, b int)",
    plan: ["alter table public.t add column a int"],
  });
  expect(proof).toMatchObject({ proven: true, columnOrder: ["public.t"] });
});

test("rows that leave with their partition, or move to another, are not lost", async () => {
  const parted = "create table p (n int not null) partition by list (n)";
  const detached = await prove({
    before: `${parted}; create table p1 partition of p for values in (1, 2); create table p2 partition of p for values in (7)`,
    after: `${parted}; create table p1 (n int not null); create table p2 partition of p for values in (7)`,
    plan: ["alter table public.p detach partition public.p1"],
  });
  expect(detached.outcome).toEqual({ kind: "applied" });
  expect(detached.rowsLost).toEqual([]);
  const emptied = await prove({
    before: `${parted}; create table p1 partition of p for values in (1, 2)`,
    after: `${parted}; create table p1 partition of p for values in (1, 2)`,
    plan: ["drop table public.p1", "create table public.p1 partition of public.p for values in (1, 2)"],
  });
  expect(emptied.rowsLost).toEqual(["public.p", "public.p1"]);
});

test("rows that are not wanted any more are not lost: in partitions that go, in attributes that go", async () => {
  const types = (attributes: string) => `create type pair as (${attributes}); create table t (p pair);`;
  const parted =
    "create table p (n int not null) partition by list (n); create table stays partition of p for values in (7)";
  const proof = await prove({
    before: `${types("a int, b text")} ${parted}; create table goes partition of p for values in (1, 2)`,
    after: `${types("a int")} ${parted}`,
    plan: ["drop table public.goes", "alter type public.pair drop attribute b"],
  });
  expect(proof).toMatchObject({ proven: true, rowsLost: [], differences: [], observed: [] });
});

testOnEachVersion("rows and sequences are followed through the renames a plan begins with", async (version) => {
  await using db = await openTestDatabase({ version });
  const keys = (name: string, key: string) =>
    `create table ${name} (${key} int primary key, note text); create table child (parent int references ${name})`;
  const renames = ["alter table public.a rename to b", "alter table public.b rename column id to key"];
  const names = ["alter index public.a_pkey rename to b_pkey"];
  const pair = (...more: string[]) => ({
    before: keys("a", "id"),
    after: keys("b", "key"),
    plan: [...renames, ...names, ...more],
    renames: renames.length,
  });
  const kept = await prove(pair(), {}, db);
  const rows = [
    { table: "public.b", before: 3, after: 3, same: true, emptied: [] },
    { table: "public.child", before: 3, after: 3, same: true, emptied: [] },
  ];
  expect(kept.outcome).toEqual({ kind: "applied" });
  expect(kept.rows).toEqual(rows);
  const emptied = await prove(pair("update public.b set note = ''"), {}, db);
  expect(emptied).toMatchObject({ proven: false, rowsLost: ["public.b"] });
  const anew = ["alter table public.b alter column id drop default", "drop sequence public.a_id_seq"];
  const serial = (...more: string[]) => ({
    before: "create table a (id serial, note text)",
    after: "create table b (id int generated by default as identity, note text)",
    plan: [
      "alter table public.a rename to b",
      ...anew,
      "alter table public.b alter column id add generated by default as identity",
      ...more,
    ],
    renames: 1,
  });
  expect(await prove(serial(), {}, db)).toMatchObject({
    proven: false,
    rowsLost: [],
    sequencesMoved: ["public.b_id_seq"],
  });
  const carriedOn = await prove(serial("select setval('public.b_id_seq', 3)"), {}, db);
  expect(carriedOn).toMatchObject({ outcome: { kind: "applied" }, rowsLost: [], sequencesMoved: [] });
});

test("a rename that is refused is told as the statement that fails", async () => {
  const plan = ["alter table public.t rename to u", "alter table public.nowhere rename to v"];
  const proof = await prove({ before: "create table t (n int)", after: "", plan, renames: 2 });
  expect(proof).toMatchObject({ proven: false, outcome: { kind: "failed", index: 1, code: "42P01" } });
});

test("a plan of which no row was followed is not proven, unless there is nothing to hold rows", async () => {
  const gone = { before: "create table t (n int)", after: "create table u (m text)" };
  const plan = ["drop table public.t", "create table public.u (m text)"];
  expect(await prove({ ...gone, plan })).toMatchObject({ proven: false, noRowFollowed: true, rows: [], observed: [] });
  const same = "create table p (n int) partition by list (n)";
  expect(await prove({ before: same, after: same, plan: [] })).toMatchObject({ proven: true, noRowFollowed: false });
  expect(await prove({ ...gone, plan }, { rows: 0 })).toMatchObject({ proven: true, noRowFollowed: false });
});

testOnEachVersion(
  "a table that becomes a partitioned one has its rows in its partitions, and back",
  async (version) => {
    await using db = await openTestDatabase({ version });
    const plain = "create table t (id int, ts date not null)";
    const parted = `${plain} partition by range (ts); create table t_rest partition of t default`;
    const aside = "alter table public.t rename to was";
    const fill = ["insert into public.t select * from public.was", "drop table public.was"];
    const there = await prove(
      {
        before: plain,
        after: parted,
        plan: [aside, ...parted.replaceAll(/\bt(_rest)?\b/g, "public.$&").split("; "), ...fill],
      },
      {},
      db,
    );
    expect(there).toMatchObject({ proven: true, rows: [{ table: "public.t", before: 3, after: 3, same: true }] });
    const back = await prove(
      {
        before: parted,
        after: plain,
        plan: [aside, plain.replace(" t ", " public.t "), ...fill],
      },
      {},
      db,
    );
    expect(back).toMatchObject({ proven: true, rows: [{ table: "public.t", before: 3, after: 3, same: true }] });
    const lost = await prove(
      { before: plain, after: parted, plan: ["drop table public.t", parted.replaceAll(/\bt(_rest)?\b/g, "public.$&")] },
      {},
      db,
    );
    expect(lost).toMatchObject({ proven: false, rowsLost: ["public.t"] });
  },
);

test("sides can be built by functions, and schemas left out", async () => {
  const statements = [{ sql: "create table public.t (n int)" }];
  const proof = await proveDiff(
    {
      before: async () => undefined,
      after: (session) => session.query("create table t (n int); create schema other; create table other.t (n int)"),
      statements,
      shadow: shadowProvider({ url: newest.url }),
    },
    { exclude: ["other"], diff: () => [] },
  );
  expect(proof.observed).toMatchObject([]);
});

test("what cannot be tried is said, and shadows are gone in the end, also those with subscriptions", async () => {
  const schema = `create foreign data wrapper w; create server s foreign data wrapper w; create foreign table f (n int) server s; create table rows (n int);
    create table t (n int check (n > 5 and n < 3)); alter table t alter n set not null; select lo_create(0);
    create subscription news connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)`;
  await using shadows = await watchShadows(newest);
  const before = schema.replace("select lo_create(0);", "select lo_create(4711);");
  const proof = await prove({ before, after: schema, plan: [] }, {}, shadows);
  expect(proof.notInspected).toEqual([
    "large objects 1 (before): not part of a catalog",
    "large objects 1 (after): not part of a catalog",
    expect.stringMatching(/^rows of public\.t, beyond 0: 23502: /),
    "rows of public.f, beyond 0: a foreign table",
  ]);
  expect(proof.proven).toBe(true);
  expect(await shadows.left()).toEqual([]);
});

test("a side that cannot be built is the caller's error, and leaves nothing", async () => {
  await using shadows = await watchShadows(newest);
  const pair = { before: "create table t (n no_such_type)", after: "", plan: [] };
  await expect(prove(pair, {}, shadows)).rejects.toThrow("no_such_type");
  expect(await shadows.left()).toEqual([]);
});
