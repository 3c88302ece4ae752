import type { Effect, Operation, Recommendation } from "@confiture/model";
import {
  type AssessedOperation,
  assessRisk,
  findAnomalies,
  type RiskFacts,
  readRiskFacts,
  relationsOf,
} from "@confiture/risk";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { createIndex, estimateForTest, exclusively, operation, quietServer } from "./plan-of.js";

const shop = `
create schema shop;
create table shop.customers (id bigint primary key);
create table shop.orders (id bigint not null, customer bigint, placed timestamptz, note text, amount integer);
insert into shop.orders select n, null, now(), 'n', n from generate_series(1, 100) n;
create table shop.archive (like shop.orders) partition by range (id);
create table shop.archive_1 partition of shop.archive for values from (0) to (10);
create materialized view shop.totals as select 1 as n;
create unique index totals_n on shop.totals (n);
create index orders_note on shop.orders (note);
`;

const build: Effect["indexBuilds"][number] = createIndex.effect.indexBuilds[0]!;
const onOrders = (kind: AssessedOperation["kind"], effect: Partial<Effect>, part?: string, sql?: string) =>
  operation(kind, { ...exclusively, ...effect }, { ...(part === undefined ? {} : { part }), ...(sql ? { sql } : {}) });

const relation = "shop.orders";
const scan = [{ relation, why: "check" }] as const;
const plans: Readonly<Record<string, AssessedOperation>> = {
  "an index": createIndex,
  "an index by its statement": {
    ...createIndex,
    sql: "CREATE INDEX orders_amount ON shop.orders (amount) INCLUDE (note) WHERE amount > 5;",
  },
  "a dropped index": operation(
    "drop_index",
    { ...exclusively, indexLocks: [{ relation: "shop.orders_note", mode: "AccessExclusiveLock" }] },
    { on: { kind: "index", name: "shop.orders_note" } },
  ),
  "a rebuilt index": operation(
    "reindex",
    { locks: [{ relation, mode: "ShareLock" }] },
    { on: { kind: "index", name: "shop.orders_note" } },
  ),
  "a refreshed view": operation(
    "refresh_materialized_view",
    { locks: [{ relation: "shop.totals", mode: "AccessExclusiveLock" }] },
    { on: { kind: "materialized view", name: "shop.totals" } },
  ),
  "not null": onOrders(
    "set_not_null",
    { scans: scan, requires: [{ kind: "not_null", relation, column: "note" }] },
    "note",
  ),
  "a check": onOrders(
    "add_check",
    { scans: scan, requires: [{ kind: "check", relation, expression: "amount > 0" }] },
    "amount_positive",
  ),
  "a foreign key": onOrders(
    "add_foreign_key",
    {
      requires: [
        { kind: "foreign_key", relation, columns: ["customer"], references: "shop.customers", match: "simple" },
      ],
    },
    "orders_customer",
  ),
  "a foreign key by its statement": onOrders(
    "add_foreign_key",
    {
      requires: [
        { kind: "foreign_key", relation, columns: ["customer"], references: "shop.customers", match: "simple" },
      ],
    },
    "orders_customer",
    "alter table shop.orders add constraint orders_customer foreign key (customer) references shop.customers on delete cascade;",
  ),
  "a unique constraint": onOrders(
    "add_unique",
    {
      indexBuilds: [{ ...build, unique: true, columns: ["amount"] }],
      requires: [{ kind: "unique", relation, columns: ["amount"], nullsNotDistinct: false }],
    },
    "orders_amount_key",
  ),
  "a primary key": onOrders(
    "add_primary_key",
    { indexBuilds: [{ ...build, unique: true, columns: ["id"] }] },
    "orders_pkey",
  ),
  "another type": onOrders(
    "alter_column_type",
    { rewrites: [relation], requires: [{ kind: "castable", relation, column: "amount", type: "bigint" }] },
    "amount",
  ),
};

/** Each statement as it is advised: in a transaction of its own. */
async function run(db: TestDatabase, { sql }: Recommendation): Promise<void> {
  for (const statement of sql!) await db.query(statement);
}

function adviceFor(plan: Operation, facts: RiskFacts = quietServer): Recommendation {
  const { recommendations } = assessRisk({
    operations: [plan],
    facts,
    estimate: estimateForTest().estimate,
    lockTimeoutMs: 1,
  });
  return recommendations.find(({ sql }) => sql !== undefined)!;
}

for (const [name, plan] of Object.entries(plans)) {
  testOnEachVersion(`the safer way to ${name} runs as it is written`, async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    await run(db, adviceFor(plan));
    const { rows } = await db.query<{ wrong: string }>(
      `select conname as wrong from pg_constraint where not convalidated
       union all select indexrelid::regclass::text from pg_index where not indisvalid`,
    );
    expect(rows).toEqual([]);
  });
}

test("a partition is detached beside its readers", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const detach = operation(
    "detach_partition",
    { locks: [{ relation: "shop.archive", mode: "AccessExclusiveLock" }] },
    { on: { kind: "table", name: "shop.archive" }, part: "shop.archive_1" },
  );
  await run(db, adviceFor(detach));
});

test("what a statement says beyond its effect is kept", () => {
  expect(adviceFor(plans["an index by its statement"]!).sql).toEqual([
    "CREATE INDEX concurrently orders_amount ON shop.orders (amount) INCLUDE (note) WHERE amount > 5;",
  ]);
  expect(adviceFor(plans["a foreign key by its statement"]!).sql![0]).toContain("on delete cascade not valid");
  expect(adviceFor(plans["a foreign key"]!).text).toContain("Keep the ON DELETE");
});

testOnEachVersion("the remedies of anomalies cure them", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: `create table t (id serial primary key, n int);
      insert into t (id, n) values (1, 1), (9, 2);
      alter table t add constraint positive check (n > 0) not valid;
      create function nothing() returns trigger language plpgsql as 'begin return new; end';
      create trigger quiet before insert on t for each row execute function nothing();
      alter table t disable trigger quiet;
      create table twice (n int);
      insert into twice values (1), (1)`,
  });
  await db.query("create unique index concurrently twice_once on twice (n)").catch(() => undefined);
  await db.query("delete from twice where ctid = (select min(ctid) from twice)");
  const facts = await readRiskFacts(db, { relations: ["t", "twice"] });
  const { recommendations } = assessRisk({ operations: [], facts, estimate: estimateForTest().estimate });
  expect(recommendations.map(({ level }) => level)).toEqual(["critical", "high", "medium", "medium"]);
  for (const recommendation of recommendations) await run(db, recommendation);
  expect((await findAnomalies(db, { relations: ["t", "twice"] })).anomalies).toEqual([]);
});

testOnEachVersion("a transaction in the way is found and can be ended as advised", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  await using reader = await db.openSession();
  await reader.query("begin; select count(*) from shop.orders");
  await expect
    .poll(
      async () =>
        (
          await db.query<{ old: boolean }>(
            "select bool_or(now() - xact_start > '2 s') as old from pg_stat_activity where pid = $1",
            [reader.processId],
          )
        ).rows[0]!.old,
      { timeout: 10_000 },
    )
    .toBe(true);
  const plan = operation("add_column", exclusively, { part: "extra" });
  const facts = await readRiskFacts(db, { relations: relationsOf([plan]) });
  const { waits, recommendations, categories } = assessRisk({
    operations: [plan],
    facts,
    estimate: estimateForTest().estimate,
    lockTimeoutMs: 500,
  });
  expect(waits).toMatchObject([{ relation, holders: [{ pid: reader.processId, state: "idle in transaction" }] }]);
  expect(waits[0]!.exceedsTimeout).toBeGreaterThan(0.7);
  expect(categories.find(({ name }) => name === "locking")!.reasons).toContainEqual(
    expect.stringContaining("reads, row locks, writes would queue"),
  );
  const advice = recommendations.find(({ text }) => text.includes("in the way"))!;
  const lost = new Promise((resolve) => reader.onLost?.(resolve));
  await run(db, advice);
  await lost;
  await db.query("set lock_timeout = '500ms'; alter table shop.orders add column extra int");
});

test("the worst comes first, then what saves most waiting, and nothing twice", () => {
  const { recommendations } = assessRisk({
    operations: [createIndex, createIndex, plans["not null"]!],
    facts: quietServer,
    estimate: estimateForTest().estimate,
  });
  const order = ["low", "medium", "high", "critical"];
  const levels = recommendations.map(({ level }) => order.indexOf(level));
  expect(levels).toEqual([...levels].sort((a, b) => b - a));
  expect(new Set(recommendations.map(({ text }) => text)).size).toBe(recommendations.length);
  expect(recommendations[0]!.sql![0]).toContain("concurrently");
});
