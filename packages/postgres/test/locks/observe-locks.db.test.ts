import { setTimeout as delay } from "node:timers/promises";
import type { LockWait, OwnedSession } from "@confiture/model";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

async function until(claim: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !claim(); attempt += 1) await delay(25);
  expect(claim()).toBe(true);
}

async function namedSession(database: TestDatabase, name: string): Promise<OwnedSession> {
  const session = await database.openSession();
  await session.query(`set application_name = '${name}'`);
  return session;
}

testOnEachVersion("a waiting backend is reported with its lock, how long, and who is in the way", async (version) => {
  await using database = await openTestDatabase({ version, sql: "create table t (n int)" });
  await using blocker = await namedSession(database, "a slow report");
  await using waiter = await database.openSession();
  await blocker.query("begin; select secret from (select * from t, (select 'top-secret' as secret) s) x");
  const heard: LockWait[] = [];
  await using observer = await database.observeLocks(waiter.processId!, { onWaiting: (wait) => heard.push(wait) });
  const altering = waiter.query("alter table t add column m int");
  await delay(400);
  await blocker.query("commit");
  await altering;
  await delay(120);
  expect(heard.length).toBeGreaterThan(3);
  expect(observer.lastWait()).toMatchObject({ relation: "public.t", mode: "AccessExclusiveLock" });
  // The last look may meet the blocker in its COMMIT.
  expect(heard[1]).toMatchObject({
    blockers: [{ pid: blocker.processId, applicationName: "a slow report", state: "idle in transaction" }],
  });
  expect(observer.lastWait()!.waitedMs).toBeGreaterThan(250);
  const ages = heard.flatMap(({ blockers }) => blockers.map(({ transactionAgeMs }) => transactionAgeMs ?? 0));
  expect(Math.max(...ages)).toBeGreaterThan(250);
  expect(observer.waitedMs()).toBeGreaterThan(250);
  expect(observer.waitedMs()).toBeLessThan(1_500);
  expect(JSON.stringify(heard)).not.toContain("secret");
  observer.reset();
  expect([observer.lastWait(), observer.waitedMs(), observer.heldLocks()]).toEqual([undefined, 0, []]);
});

testOnEachVersion("held locks are named with their strongest mode and how long it was held", async (version) => {
  await using database = await openTestDatabase({
    version,
    sql: "create schema s; create table s.t (n int primary key); create view v as select * from s.t",
  });
  await using session = await database.openSession();
  await using observer = await database.observeLocks(session.processId!);
  await session.query("begin; select * from v");
  await delay(200);
  await session.query("alter table s.t add column m int; create table born_here (n int)");
  await delay(300);
  await observer.sampleNow!();
  await session.query("commit");
  await delay(120);
  const held = observer.heldLocks();
  expect(held.map(({ relation, mode }) => [relation, mode])).toEqual([
    ["public.v", "AccessShareLock"],
    ["s.t", "AccessExclusiveLock"],
  ]);
  expect(held[0]!.heldMs).toBeGreaterThan(400);
  expect(held[1]!.heldMs).toBeGreaterThan(250);
  expect(held[1]!.heldMs).toBeLessThan(held[0]!.heldMs);
});

test("what lasts less than an interval is seen by sampling at once", async () => {
  await using database = await openTestDatabase({ sql: "create table t (n int)" });
  await using session = await database.openSession();
  await using observer = await database.observeLocks(session.processId!, { everyMs: 60_000 });
  await session.query("begin; lock table t");
  await observer.sampleNow!();
  await session.query("rollback");
  expect(observer.heldLocks()).toMatchObject([{ relation: "public.t", mode: "AccessExclusiveLock" }]);
});

test("the observer takes no lock on what it names", async () => {
  await using database = await openTestDatabase({ sql: "create table t (n int)" });
  await using session = await database.openSession();
  await session.query("begin; lock table t");
  await using observer = await database.observeLocks(session.processId!, { everyMs: 5 });
  await delay(200);
  expect(observer.heldLocks()).toHaveLength(1);
  expect(observer.incomplete).toBeUndefined();
  await session.query("rollback");
});

test("cancel ends what the observed backend is running, also when the observer's own connection has died", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  await using observer = await database.observeLocks(session.processId!);
  const sleeping = session.query("select pg_sleep(30)");
  const cancelling = delay(50).then(() => observer.cancel());
  await expect(sleeping).rejects.toMatchObject({ code: "57014" });
  await cancelling;
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid not in ($1, pg_backend_pid())",
    [session.processId],
  );
  await until(() => observer.incomplete !== undefined);
  expect(observer.incomplete).toMatch(/^The lock observer stopped: /);
  const again = session.query("select pg_sleep(30)");
  const cancellingAgain = delay(50).then(() => observer.cancel());
  await expect(again).rejects.toMatchObject({ code: "57014" });
  await cancellingAgain;
});

test("an observer that ends lets a cancel under way come through", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  const observer = await database.observeLocks(session.processId!);
  const cancelling = observer.cancel();
  await Promise.all([observer[Symbol.asyncDispose](), cancelling]);
});

test("a prepared transaction in the way is named as one", async () => {
  await using database = await openTestDatabase({ sql: "create table t (n int)" });
  await using waiter = await database.openSession();
  await database.query("begin; insert into t values (1); prepare transaction 'left behind'");
  await using observer = await database.observeLocks(waiter.processId!);
  const altering = waiter.query("alter table t add column m int");
  await until(() => observer.lastWait() !== undefined);
  expect(observer.lastWait()!.blockers).toMatchObject([{ pid: 0, state: "prepared transaction" }]);
  await database.query("rollback prepared 'left behind'");
  await altering;
});

test("waiting for another transaction, not for a relation, is reported without a relation", async () => {
  await using database = await openTestDatabase({ sql: "create table t (n int unique)" });
  await using waiter = await database.openSession();
  await using observer = await database.observeLocks(waiter.processId!);
  await database.query("begin; insert into t values (1)");
  const inserting = waiter.query("insert into t values (1)");
  await until(() => observer.lastWait() !== undefined);
  expect(observer.lastWait()).toMatchObject({ mode: "ShareLock", blockers: [{ state: "idle in transaction" }] });
  expect(observer.lastWait()!.relation).toBeUndefined();
  await database.query("rollback");
  await inserting;
});
