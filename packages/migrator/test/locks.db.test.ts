import { setTimeout as sleep } from "node:timers/promises";
import { longRun, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { type MigrationProgress, migrate } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const alter = { "001_t.up.sql": "alter table t add column note text;" };

test("while a reader holds its lock other readers wait no longer than lock_timeout, and the migration gets in afterwards", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1);" });
  using folder = migrationsFolder(alter);
  await using holder = await db.openSession();
  await holder.query("begin; select * from t");
  const progress: MigrationProgress[] = [];
  const lockTimeoutMs = longRun ? 2_000 : 400;
  const running = migrate(db, {
    migrations: folder.path,
    lockTimeoutMs,
    onProgress: (event) => progress.push(event),
  });
  let worstMs = 0;
  await using reader = await db.openSession();
  const until = performance.now() + (longRun ? 20_000 : 4_000);
  while (performance.now() < until) {
    const started = performance.now();
    await reader.query("select * from t");
    worstMs = Math.max(worstMs, performance.now() - started);
    await sleep(5);
  }
  await holder.query("commit");
  const outcome = await running;
  expect(outcome.failed).toBeNull();
  console.info(`readers waited ${worstMs.toFixed(0)} ms at most, with a lock_timeout of ${lockTimeoutMs} ms`);
  expect(worstMs).toBeLessThan(lockTimeoutMs + 500);
  const retried = progress.find((event) => event.kind === "segment-retried");
  expect(retried).toMatchObject({ version: "001", blockers: [{ state: "idle in transaction" }] });
});

test("the blocker is named by pid, application, state and age, never by what it runs", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder(alter);
  await using holder = await db.openSession();
  await holder.query("set application_name = 'nightly report'");
  await holder.query("begin; select 'secret-value' from t");
  const outcome = await migrate(db, { migrations: folder.path, lockTimeoutMs: 400, lockRetryMs: 0 });
  expect(outcome.failed?.error.code).toBe("CONFITURE_LOCK_TIMEOUT");
  expect(outcome.failed?.error.message).toMatch(
    /AccessExclusiveLock on public\.t was held up by pid \d+ \(nightly report, idle in transaction/,
  );
  expect(JSON.stringify(outcome)).not.toContain("secret-value");
  await holder.query("commit");
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
});

test("a segment is replayed from its first statement", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({
    "001_t.up.sql": "create table first_one ();\ninsert into t values (1);\nalter table t add column note text;",
  });
  await using holder = await db.openSession();
  await holder.query("begin; select * from t");
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 200 });
  await sleep(1_000);
  await holder.query("commit");
  expect((await running).failed).toBeNull();
  expect((await db.query("select count(*)::int as n from t")).rows).toEqual([{ n: 1 }]);
});

test("waits for several locks of one segment together come to no more than one lock_timeout", async () => {
  await using db = await openTestDatabase({
    sql: "create table a (id int); create table b (id int); create table c (id int);",
  });
  using folder = migrationsFolder({
    "001_t.up.sql": "alter table a add x int;\nalter table b add x int;\nalter table c add x int;",
  });
  const holders = await Promise.all(
    ["b", "c"].map(async (table) => {
      const session = await db.openSession();
      await session.query(`begin; select * from ${table}`);
      return session;
    }),
  );
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 800 });
  await using reader = await db.openSession();
  let worstMs = 0;
  const release = [
    sleep(600).then(() => holders[0]?.query("commit")),
    sleep(5_000).then(() => holders[1]?.query("commit")),
  ];
  const until = performance.now() + 4_500;
  while (performance.now() < until) {
    const started = performance.now();
    await reader.query("select * from a");
    worstMs = Math.max(worstMs, performance.now() - started);
    await sleep(5);
  }
  await Promise.all(release);
  expect((await running).failed).toBeNull();
  for (const holder of holders) await holder[Symbol.asyncDispose]();
  expect(worstMs).toBeLessThan(800 + 500);
});

test("a deadlock is not the end: the segment is tried again", async () => {
  await using db = await openTestDatabase({ sql: "create table a (id int); create table b (id int);" });
  using folder = migrationsFolder({ "001_t.up.sql": "lock table a;\nselect pg_sleep(0.6);\nalter table b add x int;" });
  await using other = await db.openSession();
  await other.query("set deadlock_timeout = '10s'");
  await other.query("begin; lock table b in row exclusive mode");
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 5_000 });
  await sleep(300);
  const opposite = other.query("lock table a in access share mode").then(() => other.query("commit"));
  const outcome = await running;
  await opposite;
  expect(outcome.failed).toBeNull();
});

test("two runs at once: one waits for the other, and each migration is applied once", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();\nselect pg_sleep(0.3);" });
  const outcomes = await Promise.all([
    migrate(db, { migrations: folder.path }),
    migrate(db, { migrations: folder.path }),
  ]);
  expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 1]);
});

test("a run that waits too long for another names who holds the lock", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "select pg_sleep(1.5);" });
  const first = migrate(db, { migrations: folder.path });
  await sleep(300);
  await expect(migrate(db, { migrations: folder.path, lockWaitMs: 200 })).rejects.toMatchObject({
    code: "CONFITURE_LOCK_HELD",
    message: expect.stringMatching(/held by pid \d+/),
  });
  await first;
});

test("aborting cancels the statement, rolls back, records it and lets the lock go", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();\nselect pg_sleep(30);" });
  const started = performance.now();
  const outcome = await migrate(db, { migrations: folder.path, signal: AbortSignal.timeout(500) });
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(outcome.failed?.error.code).toBe("CONFITURE_CANCELLED");
  const { rows } = await db.query("select kind from confiture.events order by id desc limit 1");
  expect(rows).toEqual([{ kind: "migration_cancelled" }]);
  expect(
    (
      await db.query(
        "select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      )
    ).rows,
  ).toEqual([{ n: 0 }]);
});
