// What could make a rehearsal hurt, or say what is not so: each was found by trying, and happened.
import { setTimeout as sleep } from "node:timers/promises";
import { shadowProvider } from "@confiture/postgres";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, proveStairway, recordBuild, rehearse, setBaseline } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

type TestDb = Awaited<ReturnType<typeof openTestDatabase>>;

/** The longest a query took while `work` ran, from a session of its own. */
async function slowest(db: TestDb, query: string, work: () => Promise<unknown>): Promise<number> {
  await using session = await db.openSession();
  let done = false;
  let worstMs = 0;
  const asking = (async () => {
    while (!done) {
      const started = performance.now();
      await session.query(query);
      worstMs = Math.max(worstMs, performance.now() - started);
      await sleep(5);
    }
  })();
  await work();
  done = true;
  await asking;
  return worstMs;
}

const program = (body: string): string =>
  `import { sql } from "kysely";\nexport default { async up(db: any) { ${body} } };`;

test.each(["commit", "rollback", "begin", "select 1; commit"])(
  "a program in a transaction may not send %s",
  async (word) => {
    await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1);" });
    using folder = migrationsFolder({
      "001_p.ts": program(`await sql\`delete from t\`.execute(db); await sql.raw("${word}").execute(db);`),
    });
    const rehearsed = await rehearse(db, { migrations: folder.path });
    expect(rehearsed.failed?.error.code).toBe("CONFITURE_TRANSACTION_CONTROL");
    expect((await migrate(db, { migrations: folder.path })).failed?.error.code).toBe("CONFITURE_TRANSACTION_CONTROL");
    expect((await db.query("select id from t")).rows).toEqual([{ id: 1 }]);
  },
);

test("a program outside a transaction that leaves one open is told, and nothing of it remains", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_p.ts": `import { sql } from "kysely";\nexport default { transaction: false, async up(db: any) { await sql\`begin\`.execute(db); await sql\`create table a ()\`.execute(db); } };`,
  });
  expect((await migrate(db, { migrations: folder.path })).failed?.error.code).toBe("CONFITURE_TRANSACTION_CONTROL");
  expect((await db.query("select to_regclass('a') as a")).rows).toEqual([{ a: null }]);
});

test("the bound also ends a program that holds a lock and sends nothing", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({
    "001_p.ts": program(
      "await sql`lock table t`.execute(db); await new Promise((go) => setTimeout(go, 4000)); await sql`insert into t values (1)`.execute(db);",
    ),
  });
  let outcome: Awaited<ReturnType<typeof rehearse>> | undefined;
  const waitedMs = await slowest(db, "select * from t", async () => {
    outcome = await rehearse(db, { migrations: folder.path, maxLockHoldMs: 500 });
  });
  expect(outcome?.rehearsal.bounded).toMatchObject({ lock: { relation: "public.t" } });
  expect(waitedMs).toBeLessThan(2_000);
  expect((await db.query("select * from t")).rows).toEqual([]);
});

test("locks on rows count: a rehearsed update does not keep writers waiting for longer than allowed", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1);" });
  using folder = migrationsFolder({ "001_a.up.sql": "update t set id = id;\nselect pg_sleep(6);" });
  let outcome: Awaited<ReturnType<typeof rehearse>> | undefined;
  const waitedMs = await slowest(db, "update t set id = id", async () => {
    outcome = await rehearse(db, { migrations: folder.path, maxLockHoldMs: 500 });
  });
  expect(outcome?.rehearsal.bounded).toMatchObject({ lock: { relation: "public.t", mode: "RowExclusiveLock" } });
  expect(waitedMs).toBeLessThan(2_500);
});

test("a rehearsal waits no longer for its locks than a run, whatever its file says of lock_timeout", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({ "001_a.up.sql": "set local lock_timeout = 0;\nalter table t add column z int;" });
  await using holder = await db.openSession();
  await holder.query("begin; select * from t");
  const waitedMs = await slowest(db, "select * from t", async () => {
    const running = rehearse(db, { migrations: folder.path, lockTimeoutMs: 400 });
    await sleep(3_000);
    await holder.query("commit");
    expect((await running).failed).toBeNull();
  });
  expect(waitedMs).toBeLessThan(1_500);
});

test("when the observer's connection dies, the time the transaction is open counts", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({ "001_a.up.sql": "lock table t;\nselect pg_sleep(8);" });
  const running = rehearse(db, { migrations: folder.path, maxLockHoldMs: 1_500 });
  await sleep(700);
  await db.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_locks%' and pid <> pg_backend_pid() and state = 'idle'",
  );
  const { rehearsal } = await running;
  expect(rehearsal.bounded).not.toBeNull();
  expect(rehearsal.locks).toBeNull();
});

test("constraints that are checked at once in a run are checked at once in its rehearsal", async () => {
  await using db = await openTestDatabase({
    sql: "create table t (x int unique deferrable initially immediate); insert into t values (1), (2);",
  });
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a ();",
    "002_b.up.sql": "update t set x = 2 where x = 1;\nupdate t set x = 1 where ctid <> '(0,3)';",
  });
  const rehearsed = await rehearse(db, { migrations: folder.path });
  const run = await migrate(db, { migrations: folder.path });
  expect([rehearsed.failed?.error.facts.sqlState, run.failed?.error.facts.sqlState]).toEqual(["23505", "23505"]);
});

test("a migration that chooses its isolation goes on a shadow, and is not failed for it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "set transaction isolation level serializable;\ncreate table a ();",
  });
  const { failed, rehearsal } = await rehearse(db, {
    migrations: folder.path,
    shadow: shadowProvider({ url: db.url }),
  });
  expect(failed).toBeNull();
  expect(rehearsal.onShadow.map(({ version }) => version)).toEqual(["001"]);
});

test("a table that the application has locked is waited for, and named when it stays locked", async () => {
  await using db = await openTestDatabase({
    sql: "create table other (id int); create view v as select * from other;",
  });
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  await using holder = await db.openSession();
  await holder.query("begin; lock table other");
  const rehearsal = rehearse(db, { migrations: folder.path, lockTimeoutMs: 200, lockRetryMs: 500 });
  await expect(rehearsal).rejects.toMatchObject({ code: "CONFITURE_LOCK_TIMEOUT" });
  await holder.query("rollback");
  expect((await rehearse(db, { migrations: folder.path })).failed).toBeNull();
});

test("what acts on the whole server is not done on a shadow: not pending, not from the record, not by a stairway or a baseline", async () => {
  await using db = await openTestDatabase();
  const role = `confiture_${Math.random().toString(36).slice(2)}`;
  const limit = async () =>
    (await db.query<{ limit: number }>(`select rolconnlimit as limit from pg_roles where rolname = '${role}'`)).rows[0]
      ?.limit;
  const ddl = `create role ${role} connection limit 7;\ncreate table a ();`;
  const shadow = shadowProvider({ url: db.url });
  try {
    await db.query(ddl);
    await recordBuild(db, ddl, {});
    using folder = migrationsFolder({
      "001_r.up.sql": `alter role ${role} connection limit 8;`,
      "001_r.down.sql": `alter role ${role} connection limit 7;`,
    });
    expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
    await db.query(`alter role ${role} connection limit 9`);
    folder.write({
      "002_v.up.sql": "vacuum a;",
      "003_r.up.sql": `alter role ${role} connection limit 10;`,
      "004_v.up.sql": "vacuum a;",
    });
    // In a transaction it could be taken back; behind a commit it could not.
    const { failed, rehearsal } = await rehearse(db, { migrations: folder.path, shadow });
    expect(failed).toBeNull();
    expect(rehearsal.onShadow.map(({ version }) => version)).toEqual(["002"]);
    expect(rehearsal.notRehearsed).toEqual([
      { version: "003", because: expect.stringContaining("ALTER ROLE") },
      { version: "004", because: expect.stringContaining("ALTER ROLE") },
    ]);
    expect(await limit()).toBe(9);
    const [stair] = await proveStairway({ migrations: folder.path, shadow, script: ddl });
    expect(stair).toMatchObject({ version: "001", verdict: "failed", error: { code: "CONFITURE_SERVER_WIDE" } });
    await setBaseline(db, { migrations: folder.path, version: "1", shadow, script: ddl });
    expect(await limit()).toBe(9);
  } finally {
    await db.query(`drop role if exists ${role}`);
  }
});

test("a program does nothing to the whole server on a shadow", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_p.ts": program("await sql`alter role current_user connection limit 5`.execute(db);"),
  });
  const shadow = shadowProvider({ url: db.url });
  const { failed } = await rehearse(db, { migrations: folder.path, on: "shadow", shadow });
  expect(failed?.error.code).toBe("CONFITURE_SERVER_WIDE");
});
