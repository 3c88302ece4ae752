import type { Recommendation } from "@confiture/model";
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

const relation = "shop.orders";
const notNull = operation("set_not_null", {
  ...exclusively,
  scans: [{ relation, why: "not_null" }],
  requires: [{ kind: "not_null", relation, column: "note" }],
});

/** Each statement as it is advised: in a transaction of its own. */
async function run(db: TestDatabase, { sql }: Recommendation): Promise<void> {
  for (const statement of sql!) await db.query(statement);
}

const adviceFor = (...operations: readonly AssessedOperation[]) =>
  assessRisk({ operations, facts: quietServer, estimate: estimateForTest().estimate, lockTimeoutMs: 1 })
    .recommendations;

test("a gentler way comes with the operation, and is advised as it is and once", () => {
  const sql = ["create index concurrently orders_placed on shop.orders (placed)"];
  const safer = { kind: "safer", sql, caveats: ["It takes two looks at the table."] } as const;
  const given = adviceFor({ ...createIndex, safer }, { ...notNull, safer });
  expect(given.filter((one) => one.sql !== undefined)).toEqual([
    { level: "high", text: expect.stringMatching(/CONCURRENTLY.* It takes two looks at the table\.$/), sql },
  ]);
});

test("without one, what to look for is said in words: SQL that nobody has parsed is not put together", () => {
  const update = operation("update", { locks: [{ relation, mode: "RowExclusiveLock" }] });
  for (const [plan, words] of [
    [createIndex, "CONCURRENTLY"],
    [notNull, "NOT VALID"],
    [operation("alter_column_type", { ...exclusively, rewrites: [relation] }), "second column"],
    [operation("drop_index", exclusively), "CONCURRENTLY"],
    [update, "in batches by its key"],
  ] as const) {
    const [advice] = adviceFor(plan);
    expect([advice?.text, advice?.sql], plan.kind).toEqual([expect.stringContaining(words), undefined]);
  }
});

test("where there is none, the reason is told instead of words that do not hold", () => {
  const because = "a partitioned table takes no CONCURRENTLY";
  const [advice] = adviceFor({ ...createIndex, safer: { kind: "none", because } });
  expect(advice?.text).toBe(`No gentler way to create_index shop.orders was found: ${because}.`);
  expect(adviceFor({ ...createIndex, safer: { kind: "already-safe" } })).toEqual([]);
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
    operations: [createIndex, createIndex, notNull],
    facts: quietServer,
    estimate: estimateForTest().estimate,
  });
  const order = ["low", "medium", "high", "critical"];
  const levels = recommendations.map(({ level }) => order.indexOf(level));
  expect(levels).toEqual([...levels].sort((a, b) => b - a));
  expect(new Set(recommendations.map(({ text }) => text)).size).toBe(recommendations.length);
  expect(recommendations[0]!.text).toContain("CONCURRENTLY");
});

test("an autovacuum is not to be ended: it gives way by itself, or must not be disturbed", () => {
  const worker = {
    pid: 7,
    applicationName: "",
    state: "active",
    backend: "autovacuum worker",
    transactionAgeMs: 600_000,
    holdsSnapshot: false,
    yields: false,
    locks: [{ relation, mode: "ShareUpdateExclusiveLock", granted: true }],
  } as const;
  const adviceBeside = (...sessions: RiskFacts["activity"]["sessions"] & object) =>
    assessRisk({
      operations: [createIndex],
      facts: {
        ...quietServer,
        activity: { ...quietServer.activity, sessions },
        settings: { ...quietServer.settings, deadlock_timeout: "5s" },
      },
      estimate: estimateForTest().estimate,
      lockTimeoutMs: 1,
    }).recommendations.filter(({ text }) => text.includes("process") || text.includes("autovacuum"));
  expect(adviceBeside(worker)).toEqual([
    expect.objectContaining({ text: expect.stringContaining("prevents wraparound and does not give way") }),
  ]);
  const [gives, ...others] = adviceBeside({ ...worker, yields: true });
  expect([gives?.text, gives?.sql, others]).toEqual([expect.stringContaining("gives way by itself"), undefined, []]);
  const client = { ...worker, pid: 8, backend: "client backend", transactionAgeMs: 60_000 };
  expect(adviceBeside({ ...worker, yields: true }, client)[0]?.sql).toEqual(["select pg_terminate_backend(8)"]);
});

test("what CASCADE drops is named, but for what the plan drops by name", () => {
  const customers = { on: { kind: "table", name: "shop.customers" } };
  const locks = ["shop.customers", "shop.orders", "shop.names"].map((name) => ({
    relation: name,
    mode: "AccessExclusiveLock" as const,
  }));
  const facts: RiskFacts = {
    ...quietServer,
    foreignKeys: [
      {
        constraint: "orders_customer",
        from: relation,
        columns: ["customer"],
        to: "shop.customers",
        referencedColumns: ["id"],
        match: "simple",
        validated: true,
        enforced: true,
      },
    ],
    views: [{ name: "shop.names", relation: "shop.customers" }],
  };
  const told = (...operations: readonly AssessedOperation[]) => {
    const { recommendations, categories } = assessRisk({ operations, facts, lockTimeoutMs: 1 });
    const reasons = categories.find(({ name }) => name === "data_loss")!.reasons;
    return [...recommendations.map(({ text }) => text), ...reasons].filter((text) => text.includes("takes along"));
  };
  const dropped = operation("drop_table", { locks }, customers);
  expect(told(dropped)).toEqual([
    expect.stringContaining("takes along foreign key orders_customer of shop.orders, view shop.names with CASCADE"),
    expect.stringContaining("takes along foreign key orders_customer of shop.orders, view shop.names"),
  ]);
  expect(told(operation("drop_table", { locks }), dropped)[0]).toContain("takes along view shop.names with");
  expect(told(operation("drop_column", { locks: [] }, { ...customers, part: "id" }))).toEqual([]);
});
