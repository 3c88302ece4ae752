import { setTimeout as sleep } from "node:timers/promises";
import {
  type AlertOptions,
  createMigrationHooks,
  type MigrateOutcome,
  migrate,
  type ProgressListener,
  readEvents,
  readHookExecutions,
  resume,
  rollback,
} from "@confiture/migrator";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";

const everyMs = 50;

/** Runs migrations under alerts, and tells what was raised, to the hooks and in the history. */
async function watched(
  db: TestDatabase,
  files: Readonly<Record<string, string>>,
  alerts: AlertOptions,
  onProgress?: ProgressListener,
): Promise<{
  outcome: MigrateOutcome;
  raised: readonly { event: string; data: unknown }[];
  recorded: readonly string[];
}> {
  using folder = migrationsFolder(files);
  const raised: { event: string; data: unknown }[] = [];
  const hooks = createMigrationHooks();
  for (const on of [
    "data_anomaly_detected",
    "lock_timeout_exceeded",
    "performance_degraded",
    "memory_threshold_exceeded",
    "long_transaction_detected",
    "connection_pool_exhausted",
  ] as const) {
    hooks.register({
      id: on,
      on,
      connection: "none",
      run: (context: { data: unknown }) => void raised.push({ event: on, data: context.data }),
    } as never);
  }
  const outcome = await migrate(db, {
    migrations: folder.path,
    hooks,
    alerts: { everyMs, ...alerts },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const events = (await readEvents(db)).filter(({ kind }) => kind === "alert_raised");
  return { outcome, raised, recorded: events.map(({ details }) => String(details.event)) };
}

const notify = (above: number) => ({ above, action: "notify" }) as const;
const slow = { "001_slow.up.sql": "create table a (id int);\nselect pg_sleep(0.8);" };

testOnEachVersion("a wait for a lock is told while it lasts, with who is in the way", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create table busy (id int);" });
  await using blocker = await db.openSession();
  await blocker.query("begin; lock table busy in access share mode");
  const { rows } = await blocker.query<{ pid: number }>("select pg_backend_pid() as pid");
  let released: Promise<unknown> | undefined;
  const { outcome, raised, recorded } = await watched(
    db,
    { "001_wait.up.sql": "alter table busy add column more int;" },
    { lockWait: notify(200) },
    ({ kind }) => {
      if (kind === "alert") released ??= blocker.query("rollback");
    },
  );
  await released;
  expect(outcome.failed).toBeNull();
  expect(raised).toEqual([
    {
      event: "lock_timeout_exceeded",
      data: {
        measured: expect.any(Number),
        threshold: 200,
        unit: "ms",
        relation: "public.busy",
        mode: "AccessExclusiveLock",
        blockers: [rows[0]?.pid],
        version: "001",
      },
    },
  ]);
  expect(recorded).toEqual(["lock_timeout_exceeded"]);
  expect(outcome.hooks.map(({ event, status }) => [event, status])).toEqual([["lock_timeout_exceeded", "completed"]]);
  expect((await readHookExecutions(db)).map(({ event, status }) => [event, status])).toEqual([
    ["lock_timeout_exceeded", "completed"],
  ]);
});

test("somebody who waits for the run is an alert as well", async () => {
  await using db = await openTestDatabase({ sql: "create table busy (id int);" });
  await using application = await db.openSession();
  let reading: Promise<unknown> | undefined;
  const { raised } = await watched(
    db,
    { "001_hold.up.sql": "alter table busy add column more int;\nselect pg_sleep(2);" },
    { lockWait: notify(200) },
    (event) => {
      if (event.kind === "step-started" && event.step === 2) reading = application.query("select from busy");
    },
  );
  await reading;
  expect(raised).toMatchObject([
    { event: "lock_timeout_exceeded", data: { mode: "AccessShareLock", relation: "public.busy" } },
  ]);
});

testOnEachVersion("a transaction that stays open is told once, with whose it is", async (version) => {
  await using db = await openTestDatabase({ version });
  await using other = await db.openSession();
  await other.query("set application_name = 'forgotten'; begin; select 1");
  await sleep(1_000);
  const { raised } = await watched(db, slow, { longTransaction: notify(1_000) });
  await other.query("rollback");
  // On a busy machine the run's own may be one as well.
  const forgotten = raised.filter(({ data }) => (data as { application: string }).application === "forgotten");
  expect(forgotten).toMatchObject([
    { event: "long_transaction_detected", data: { application: "forgotten", threshold: 1_000, unit: "ms" } },
  ]);
});

testOnEachVersion("connections that run short are told", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows } = await db.query<{ used: number; available: number }>(
    `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as available`,
  );
  const { used = 0, available = 1 } = rows[0] ?? {};
  // Two sessions of the run come to those that are there.
  const { raised } = await watched(db, slow, { connections: notify((used - 0.5) / available) });
  expect(raised[0]).toMatchObject({ event: "connection_pool_exhausted", data: { unit: "connections" } });
});

test("a process that takes more memory than it may is told", async () => {
  await using db = await openTestDatabase();
  const { raised } = await watched(db, slow, { memory: notify(process.memoryUsage.rss() / 2) });
  expect(raised).toMatchObject([{ event: "memory_threshold_exceeded", data: { unit: "bytes" } }]);
});

test("a step that takes longer than it took before is told while it runs", async () => {
  await using db = await openTestDatabase();
  const slowAgain = { "001_slow.up.sql": "select pg_sleep(0.9);", "001_slow.down.sql": "select 1;" };
  const { raised, outcome } = await watched(db, slowAgain, { slowStep: notify(3), baselineMs: () => 100 });
  expect(outcome.failed).toBeNull();
  expect(raised).toMatchObject([{ event: "performance_degraded", data: { version: "001", step: 1, threshold: 300 } }]);
});

test("a step's baseline is what this database took for it the last time", async () => {
  await using db = await openTestDatabase({
    sql: "create table pace (seconds float8); insert into pace values (0.01);",
  });
  using folder = migrationsFolder({
    "001_pace.up.sql": "select pg_sleep(seconds) from pace;",
    "001_pace.down.sql": "select 1;",
  });
  const alerts: AlertOptions = { everyMs, slowStep: notify(2) };
  const raised: string[] = [];
  const run = () =>
    migrate(db, {
      migrations: folder.path,
      alerts,
      onProgress: (event) => {
        if (event.kind === "alert") raised.push(event.because);
      },
    });
  await run();
  await migrate(db, { migrations: folder.path });
  await rollback(db, { migrations: folder.path });
  expect(raised).toEqual([]);
  await db.query("update pace set seconds = 2");
  await run();
  expect(raised).toEqual([expect.stringMatching(/^statement 1 of 001 has taken \d+ ms, and took \d+ ms before$/)]);
});

describe("rows", () => {
  const sql = `create table customers (id int primary key);
    create table orders (id int primary key, customer int);
    alter table orders add constraint orders_customer_fkey foreign key (customer) references customers not valid;
    alter table orders disable trigger all; alter table customers disable trigger all;
    insert into customers select generate_series(1, 10); insert into orders select n, n from generate_series(1, 10) n;`;

  testOnEachVersion("that a DELETE takes by the half are an anomaly, and can be had back", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const files = { "001_tidy.up.sql": "delete from orders where id <= 6;" };
    const { outcome, raised } = await watched(db, files, { rowsLost: { above: 0.5, action: "rollback" } });
    expect(outcome.failed).toMatchObject({ version: "001", error: { code: "CONFITURE_ALERT" } });
    expect(raised).toMatchObject([
      {
        event: "data_anomaly_detected",
        data: {
          measured: 0.6,
          threshold: 0.5,
          unit: "ratio",
          relation: "public.orders",
          anomaly: "statement 1 deleted 60 % of its rows",
        },
      },
    ]);
    expect((await db.query("select count(*)::int as count from orders")).rows).toEqual([{ count: 10 }]);
  });

  testOnEachVersion("that refer to none are an anomaly where PostgreSQL does not look", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const files = { "001_tidy.up.sql": "delete from customers where id = 3;" };
    const { outcome, raised } = await watched(db, files, { orphans: notify(0), rowsLost: notify(0.5) });
    expect(outcome.failed).toBeNull();
    expect(raised).toMatchObject([
      {
        event: "data_anomaly_detected",
        data: {
          measured: 1,
          unit: "rows",
          relation: "public.orders",
          anomaly: expect.stringContaining("orders_customer_fkey"),
        },
      },
    ]);
    expect(JSON.stringify(raised)).not.toContain('customer":3');
  });
});

describe("an alert", () => {
  const files = {
    "001_a.up.sql": "create table a (id int);",
    "001_a.down.sql": "drop table a;",
    "002_b.up.sql": "create table b (id int);\nselect pg_sleep(20);",
    "002_b.down.sql": "drop table b;",
  };

  test("that rolls back cancels what runs, and undoes what the run had applied", async () => {
    await using db = await openTestDatabase();
    const { outcome } = await watched(db, files, { longTransaction: { above: 400, action: "rollback" } });
    expect(outcome.failed).toMatchObject({
      version: "002",
      error: { code: "CONFITURE_ALERT", facts: { event: "long_transaction_detected" } },
    });
    expect(outcome.applied).toEqual([]);
    expect(outcome.undone).toMatchObject([{ version: "001" }]);
    expect((await db.query("select relname from pg_class where relname in ('a', 'b')")).rows).toEqual([]);
    expect((await db.query("select version from confiture.migrations")).rows).toEqual([]);
    const kinds = (await readEvents(db)).map(({ kind, version }) => `${kind} ${version}`).reverse();
    expect(kinds).toEqual([
      "migration_completed 001",
      "alert_raised 002",
      "migration_failed 002",
      "migration_rolled_back 001",
    ]);
  });

  test("that cannot undo says what stays", async () => {
    await using db = await openTestDatabase();
    const { "001_a.down.sql": _, ...irreversible } = files;
    const { outcome } = await watched(db, irreversible, { longTransaction: { above: 400, action: "rollback" } });
    expect(outcome).toMatchObject({
      applied: [{ version: "001" }],
      undone: [],
      failed: { error: { code: "CONFITURE_ALERT" } },
    });
  });

  test("that pauses lets what runs end, and the run stand still behind it", async () => {
    await using db = await openTestDatabase();
    using folder = migrationsFolder({ ...slow, "002_b.up.sql": "create table b (id int);" });
    const seen: string[] = [];
    let resumed: Promise<unknown> | undefined;
    const outcome = await migrate(db, {
      migrations: folder.path,
      alerts: { everyMs, longTransaction: { above: 300, action: "pause" } },
      onProgress: (event) => {
        if (event.kind === "alert" || event.kind === "run-resumed") seen.push(event.kind);
        if (event.kind !== "run-paused") return;
        seen.push(`${event.kind} ${event.version} ${event.because.replace(/\d+/g, "N")}`);
        resumed = resume(db, { migrations: folder.path });
      },
    });
    expect(await resumed).toMatchObject({ resumed: "paused-run" });
    expect(outcome.failed).toBeNull();
    expect(seen).toEqual([
      "alert",
      expect.stringMatching(/^run-paused 002 alert: pid N \(confiture test\) has had a transaction open for N ms$/),
      "run-resumed",
    ]);
  });
});

test("a run whose watch is lost says so, and goes on", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(slow);
  const told: string[] = [];
  const running = migrate(db, {
    migrations: folder.path,
    alerts: { everyMs, longTransaction: notify(10_000) },
    onProgress: (event) => {
      if (event.kind === "alerts-blind") told.push(event.because);
    },
  });
  await expect
    .poll(async () => {
      const { rows } = await db.query<{ count: number }>(
        `select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
         where datname = current_database() and query like '%make_interval%' and pid <> pg_backend_pid()`,
      );
      return rows[0]?.count;
    })
    .toBe(1);
  expect((await running).failed).toBeNull();
  expect(told).toHaveLength(1);
});

testOnEachVersion("a quiet run raises nothing, whatever is watched", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: "create table a (id int primary key); insert into a select generate_series(1, 1000); create table b (a int references a);",
  });
  const files = {
    "001_quiet.up.sql":
      "insert into b select 1 from generate_series(1, 100);\nupdate b set a = 2;\ndelete from b where ctid = '(0,101)';\nalter table a add column note text;",
    "002_quiet.up.sql": "create index concurrently on b (a);\nselect pg_sleep(0.5);",
  };
  const { outcome, raised, recorded } = await watched(db, files, {
    lockWait: notify(1_000),
    longTransaction: notify(10_000),
    connections: notify(0.95),
    memory: notify(2 ** 35),
    slowStep: notify(3),
    baselineMs: () => 5_000,
    rowsLost: notify(0.5),
    orphans: notify(0),
  });
  expect(outcome.failed).toBeNull();
  expect([raised, recorded]).toEqual([[], []]);
});
