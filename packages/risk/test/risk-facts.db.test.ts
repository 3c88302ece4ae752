import type { Queryable } from "@confiture/model";
import { readRiskFacts } from "@confiture/risk";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

const shop = `
create schema shop;
create table shop.customers (id bigint primary key, name text not null);
create table shop.orders (id bigint primary key, customer bigint references shop.customers, note text);
create index orders_note on shop.orders using gin (to_tsvector('simple', note));
create table shop."Odd Name" (id int);
create view shop.open_orders as select * from shop.orders;
create materialized view shop.totals as select count(*) from shop.open_orders;
create function shop.touch() returns trigger language plpgsql as $$ begin update shop."Odd Name" set id = id; return new; end $$;
create trigger orders_touched after insert on shop.orders for each row execute function shop.touch();
create function shop.orders_of(c bigint) returns bigint language sql as 'select count(*) from shop.orders where customer = c';
create function shop.harmless() returns text language sql as 'select ''reorders''::text';
create table shop.log (at date not null, line text) partition by range (at);
create table shop.log_1 partition of shop.log for values from ('2020-01-01') to ('2021-01-01');
create table shop.log_2 partition of shop.log for values from ('2021-01-01') to ('2022-01-01');
create index on shop.log (at);
insert into shop.customers select n, 'customer ' || n from generate_series(1, 1000) n;
insert into shop.orders select n, n % 1000 + 1, repeat('word ', 20) from generate_series(1, 5000) n;
insert into shop.log select '2020-06-01', 'line' from generate_series(1, 400);
insert into shop.log select '2021-06-01', 'line' from generate_series(1, 600);
analyze shop.customers, shop.orders, shop.log, shop.log_1, shop.log_2;
`;

const everything = ["shop.customers", "shop.orders", 'shop."Odd Name"', "shop.log", "shop.log_1"];

testOnEachVersion("sizes, rows, indexes and dependents of relations are read as they are", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const facts = await readRiskFacts(db, { relations: [...everything, "shop.nowhere"] });
  expect(facts.notInspected).toEqual([]);
  expect(facts).toMatchObject({ serverVersion: version, missing: ["shop.nowhere"] });
  const of = (name: string) => facts.relations.find(({ relation }) => relation === name)!;
  const heap = async (name: string) =>
    Number((await db.query<{ size: string }>(`select pg_relation_size('${name}')::text as size`)).rows[0]!.size);
  expect(of("shop.orders")).toMatchObject({
    kind: "table",
    rows: 5000,
    columns: 3,
    heapBytes: await heap("shop.orders"),
    columnFacts: [
      { column: "id", type: "bigint", averageWidth: 8, distinct: 5000, correlation: 1 },
      { column: "customer", type: "bigint" },
      { column: "note", type: "text", averageWidth: 101, distinct: 1 },
    ],
    analyzed: true,
    indexes: [
      { index: "shop.orders_note", method: "gin", keyTypes: ["text"], unique: false },
      { index: "shop.orders_pkey", method: "btree", keyTypes: ["bigint"], unique: true },
    ],
  });
  expect(of("shop.orders").rowWidth).toBeCloseTo((await heap("shop.orders")) / 5000, 6);
  expect(of("shop.log")).toMatchObject({
    kind: "partitioned table",
    rows: 1000,
    heapBytes: (await heap("shop.log_1")) + (await heap("shop.log_2")),
  });
  expect(of("shop.log").indexes[0]!.bytes).toBe((await heap("shop.log_1_at_idx")) + (await heap("shop.log_2_at_idx")));
  expect(of("shop.log_1")).toMatchObject({ rows: 400, within: "shop.log" });
  expect(facts.foreignKeys).toEqual([
    {
      constraint: "orders_customer_fkey",
      from: "shop.orders",
      columns: ["customer"],
      to: "shop.customers",
      referencedColumns: ["id"],
      match: "simple",
      validated: true,
      enforced: true,
      period: false,
    },
  ]);
  expect(facts.triggers).toEqual([{ trigger: "orders_touched", relation: "shop.orders", enabled: true }]);
  expect(facts.views).toEqual([
    { name: "shop.open_orders", relation: "shop.orders" },
    { name: "shop.totals", relation: "shop.orders" },
  ]);
  expect(facts.functions).toEqual(
    expect.arrayContaining([
      { name: "shop.orders_of(c bigint)", relation: "shop.orders" },
      { name: "shop.touch()", relation: 'shop."Odd Name"' },
    ]),
  );
  expect(facts.functions).toHaveLength(2);
  expect(facts.settings).toMatchObject({ deadlock_timeout: "1s", statement_timeout: "0ms" });
});

testOnEachVersion("a table nobody analyzed is reckoned from what was written to it, and says so", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query("create table t (n int, s text); alter table t set (autovacuum_enabled = off)");
  await db.query("insert into t select n, repeat('x', 100) from generate_series(1, 3000) n");
  const [t] = (await readRiskFacts(db, { relations: ["t"] })).relations;
  expect(t).toMatchObject({ relation: "t", analyzed: false });
  expect(t!.rows).toBeGreaterThan(1000);
  expect(t!.rows).toBeLessThan(9000);
});

testOnEachVersion(
  "the transactions of others are seen with their ages and locks, prepared ones too",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    await using writer = await db.openSession();
    await using waiting = await db.openSession();
    await using preparing = await db.openSession();
    await preparing.query("begin; lock table shop.customers in share mode; prepare transaction 'left'");
    await writer.query("begin; update shop.orders set note = 'x' where id = 1");
    const lock = waiting.query("begin; lock table shop.orders in access exclusive mode");
    const seen = async () => (await readRiskFacts(db, { relations: ["shop.orders", "shop.customers"] })).activity;
    await expect
      .poll(async () => (await seen()).sessions!.flatMap(({ locks }) => locks))
      .toContainEqual({
        relation: "shop.orders",
        mode: "AccessExclusiveLock",
        granted: false,
      });
    const { sessions, connections, hidden } = await seen();
    expect(sessions!.find(({ pid }) => pid === writer.processId)).toMatchObject({
      state: "idle in transaction",
      backend: "client backend",
      applicationName: "confiture test",
      holdsSnapshot: true,
      transactionAgeMs: expect.any(Number),
      locks: [{ relation: "shop.orders", mode: "RowExclusiveLock", granted: true }],
    });
    expect(sessions!.find(({ pid }) => pid === 0)).toMatchObject({
      state: "prepared transaction",
      locks: [{ relation: "shop.customers", mode: "ShareLock", granted: true }],
    });
    expect(connections!.used).toBeGreaterThanOrEqual(4);
    expect(connections!.max).toBe(200);
    expect(hidden).toBe(0);
    await writer.query("rollback");
    await lock;
    await waiting.query("rollback");
    await db.query("rollback prepared 'left'");
  },
);

testOnEachVersion(
  "a relation under an exclusive lock is told from statistics at once, not waited for",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    await using blocker = await db.openSession();
    await blocker.query("begin; lock table shop.orders");
    const started = performance.now();
    const facts = await readRiskFacts(db, { relations: ["shop.orders", "shop.customers"] });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(facts.relations.find(({ relation }) => relation === "shop.orders")!.rows).toBe(5000);
    expect(facts.notInspected).toContainEqual(expect.stringContaining("the size of shop.orders"));
    await blocker.query("rollback");
  },
);

testOnEachVersion("a role without any privilege reads the same facts, and says whom it cannot see", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const role = `risk_reader_${process.pid}_${version}`;
  await db.query(`create role ${role}`);
  await using other = await db.openSession();
  await other.query("begin; select from shop.orders");
  try {
    const before = await readRiskFacts(db, { relations: everything });
    await db.query(`set role ${role}`);
    const facts = await readRiskFacts(db, { relations: everything });
    const sizes = ({ relations }: typeof facts) =>
      relations.map(({ columnFacts, ...rest }) => [columnFacts?.length, rest]);
    expect(sizes(facts)).toEqual(sizes(before));
    expect(facts.functions).toEqual(before.functions);
    expect(facts.activity.hidden).toBeGreaterThan(0);
    expect(facts.activity.sessions).toContainEqual(
      expect.objectContaining({ pid: other.processId, state: "hidden", transactionAgeMs: null }),
    );
    expect(facts.notInspected).toEqual([
      "the statistics of columns of 5 relations: this role may not read the columns",
      expect.stringContaining("sessions of other roles"),
      expect.stringContaining("orphaned rows of orders_customer_fkey"),
    ]);
  } finally {
    await db.query("reset role");
    await db.query(`drop role ${role}`);
    await other.query("rollback");
  }
});

test("names without a schema mean what the search path says", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await db.query("set search_path = shop");
  await using reader = await db.openSession();
  await reader.query("begin; select from shop.orders");
  const asked = ["orders", "shop.orders", '"Odd Name"'];
  const { relations, missing, activity, triggers } = await readRiskFacts(db, { relations: asked });
  expect(missing).toEqual([]);
  expect(relations.map(({ relation, within }) => [relation, within])).toEqual(
    expect.arrayContaining([
      ["orders", undefined],
      ["shop.orders", "orders"],
      ['"Odd Name"', undefined],
    ]),
  );
  // Whoever is asked by either name is seen.
  expect(activity.sessions![0]!.locks.map(({ relation }) => relation)).toEqual(["orders", "shop.orders"]);
  expect(triggers!.map(({ relation }) => relation)).toEqual(["orders", "shop.orders"]);
});

test("the session keeps its settings, and an open transaction must be told of", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await using session = await db.openSession();
  await session.query("set statement_timeout = '7s'");
  await readRiskFacts(session, { relations: everything });
  expect((await session.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "7s" }]);
  await session.query("begin; create table fresh (n int); insert into fresh values (1)");
  await expect(readRiskFacts(session, { relations: ["fresh"] })).rejects.toThrow("insideTransaction");
  const facts = await readRiskFacts(session, { relations: ["fresh"], insideTransaction: true });
  expect(facts.relations).toMatchObject([{ relation: "fresh", heapBytes: 8192, analyzed: false }]);
  expect((await session.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "7s" }]);
  await session.query("insert into fresh values (2); commit");
});

test("a pool does, where every query meets another connection", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await using one = await db.openSession();
  await using two = await db.openSession();
  let turn = 0;
  const pool: Queryable = { query: (text, values) => (turn++ % 2 === 0 ? one : two).query(text, values) };
  const facts = await readRiskFacts(pool, { relations: ["shop.orders"] });
  expect(facts.relations[0]).toMatchObject({ rows: 5000 });
  expect(facts.notInspected).toEqual([]);
  for (const session of [one, two]) {
    expect((await session.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
  }
});

test("so does a driver that answers a text of several statements with a list", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const query = async (text: string) => {
    const last = await db.query(text);
    return text.includes(";") ? [{ rows: [] }, last] : last;
  };
  const facts = await readRiskFacts({ query } as unknown as Queryable, { relations: ["shop.orders"] });
  expect(facts.relations[0]).toMatchObject({ rows: 5000 });
});

test("what takes too long is not inspected and says so", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await using locking = await db.openSession();
  // A catalog nobody can read for a while.
  await locking.query("begin; lock table pg_catalog.pg_trigger");
  const facts = await readRiskFacts(db, { relations: ["shop.orders"], timeoutMs: 100 });
  await locking.query("rollback");
  expect(facts.notInspected).toContainEqual("the triggers of the relations: it took longer than 100 ms");
  expect(facts.views).toHaveLength(2);
});
