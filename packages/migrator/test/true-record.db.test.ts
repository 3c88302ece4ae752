// What could make the record untrue: each was found by trying, and happened.
import { setTimeout as sleep } from "node:timers/promises";
import { connectDatabase } from "@confiture/postgres";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { applyBuild, migrate, planMigrations, repair, resume, rollback } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

test("a DO that commits is not tried again when a lock could not be had: what it committed would be done twice", async () => {
  await using db = await openTestDatabase({
    sql: "create table acc (id int primary key, bal int); insert into acc values (1, 0), (2, 0);",
  });
  using folder = migrationsFolder({
    "001_pay.up.sql":
      "do $$ begin update acc set bal = bal + 10 where id = 1; commit; update acc set bal = bal + 10 where id = 2; commit; end $$;",
  });
  await using holder = await db.openSession();
  await holder.query("begin; update acc set bal = bal where id = 2");
  const { failed } = await migrate(db, { migrations: folder.path, lockTimeoutMs: 300 });
  await holder.query("rollback");
  expect(failed?.error.code).toBe("CONFITURE_STATEMENT_FAILED");
  expect((await resume(db, { migrations: folder.path })).inDoubt).toEqual(["001"]);
  expect((await db.query("select bal from acc order by id")).rows).toEqual([{ bal: 10 }, { bal: 0 }]);
});

test("DISCARD ALL is refused: it would let go of the run's lock", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();\ndiscard all;" });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_MIGRATION_INVALID",
    at: { line: 2 },
  });
});

test("a migration that lets go of the run's lock is rolled back", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();\nselect pg_advisory_unlock_all();" });
  expect((await migrate(db, { migrations: folder.path })).failed?.error.code).toBe("CONFITURE_LOCK_LOST");
  expect((await db.query("select to_regclass('a') as a")).rows).toEqual([{ a: null }]);
});

test("a migration that somebody recorded meanwhile is rolled back, not recorded twice", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a ();",
    "002_b.up.sql": "create table b ();\nselect pg_sleep(1.5);",
  });
  const running = migrate(db, { migrations: folder.path });
  await sleep(800);
  await db.query(
    `insert into confiture.migrations (version, sort_key, name, source, file, state, how, checksum, checksum_algorithm, raw_hash, up_text, execution_id, plan_hash, host, duration_ms, tool_version)
     select '002', 2, name, source, file, state, how, checksum, checksum_algorithm, raw_hash, up_text, execution_id, plan_hash, host, duration_ms, tool_version
     from confiture.migrations where version = '001'`,
  );
  expect((await running).failed?.error).toMatchObject({
    code: "CONFITURE_LOCK_LOST",
    message: expect.stringContaining("recorded migration 002 meanwhile"),
  });
  expect((await db.query("select to_regclass('b') as b")).rows).toEqual([{ b: null }]);
});

test("what an interrupted try left in the record does not make a later run skip statements", async () => {
  await using db = await openTestDatabase({ sql: "create table t (a int); insert into t values (1), (1);" });
  using folder = migrationsFolder({
    "001_b.up.sql": "create table b (id int);\ncreate unique index concurrently on t (a);",
    "001_b.down.sql": "drop table b;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).not.toBeNull();
  folder.write({ "001_b.up.sql": "create table b (id int);" });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await db.query("select * from confiture.steps")).rows).toEqual([]);
  await rollback(db, { migrations: folder.path });
  expect((await db.query("select to_regclass('b') as b")).rows).toEqual([{ b: null }]);
  await migrate(db, { migrations: folder.path });
  expect((await db.query("select to_regclass('b')::text as b")).rows).toEqual([{ b: "b" }]);
});

test("a temporary table of one migration does not stand in the way of the next", async () => {
  await using db = await openTestDatabase({ sql: "create table users (id int);" });
  using folder = migrationsFolder({
    "001_a.up.sql": "create temp table users as select 1 as id;\nprepare p as select 1;",
    "002_b.up.sql": "alter table users add column email text;\nprepare p as select 2;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  const { rows } = await db.query(
    "select attname::text as name from pg_attribute where attrelid = 'users'::regclass and attnum > 0",
  );
  expect(rows).toEqual([{ name: "id" }, { name: "email" }]);
});

test("an index that somebody else made is not taken for the one that failed", async () => {
  await using db = await openTestDatabase({
    sql: "create table t (a int, b int); insert into t values (1, 1), (1, 2);",
  });
  using folder = migrationsFolder({ "001_i.up.sql": "create unique index concurrently on t (a);" });
  expect((await migrate(db, { migrations: folder.path })).failed?.error.facts.sqlState).toBe("23505");
  await db.query("create index t_b_by_hand on t (b)");
  expect((await migrate(db, { migrations: folder.path })).failed?.error.facts.sqlState).toBe("23505");
  await db.query("delete from t where b = 2");
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  const { rows } = await db.query(
    "select indexrelid::regclass::text as index, indisunique, indisvalid from pg_index where indrelid = 't'::regclass order by 1",
  );
  expect(rows).toEqual([
    { index: "t_a_idx", indisunique: true, indisvalid: true },
    { index: "t_b_by_hand", indisunique: false, indisvalid: true },
  ]);
});

test("an interrupted index that the file no longer has is removed all the same", async () => {
  await using db = await openTestDatabase({ sql: "create table t (a int); insert into t values (1), (1);" });
  using folder = migrationsFolder({ "001_i.up.sql": "create unique index concurrently i on t (a);" });
  await migrate(db, { migrations: folder.path });
  folder.write({ "001_i.up.sql": "create index concurrently j on t (a);" });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  const { rows } = await db.query(
    "select indexrelid::regclass::text as index from pg_index where indrelid = 't'::regclass",
  );
  expect(rows).toEqual([{ index: "j" }]);
});

test("a migration may choose the isolation level of its transaction", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql":
      "set transaction isolation level serializable;\ncreate table a (level text default current_setting('transaction_isolation'));\ninsert into a default values;",
    "002_b.up.sql":
      "begin isolation level repeatable read;\ninsert into a default values;\ncommit;\ninsert into a default values;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await db.query("select level from a")).rows).toEqual([
    { level: "serializable" },
    { level: "repeatable read" },
    { level: "read committed" },
  ]);
});

test("an interrupted drop of an index is settled by the index it was, not by another of that name", async () => {
  await using db = await openTestDatabase({
    sql: "create schema a; create schema b; create table a.t (id int); create table b.t (id int); create index idx on a.t (id); create index idx on b.t (id);",
  });
  const first = { "001_x.up.sql": "select 1;" };
  using folder = migrationsFolder(first);
  await migrate(db, { migrations: folder.path });
  folder.write({ "002_d.up.sql": "set search_path = a, b;\ndrop index concurrently idx;" });
  // The drop waits for a reader; then its record waits for a lock on our table, and the connection is cut.
  await using reader = await db.openSession();
  await reader.query("begin; select * from a.t");
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 60_000 }).catch((error: unknown) => error);
  await sleep(1_000);
  await using holder = await db.openSession();
  await holder.query("begin; lock table confiture.migrations in exclusive mode");
  await reader.query("commit");
  await sleep(1_000);
  await db.query(
    "select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'confiture.migrations'::regclass",
  );
  await running;
  await holder.query("rollback");
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await db.query("select to_regclass('a.idx')::text as a, to_regclass('b.idx')::text as b")).rows).toEqual([
    { a: null, b: "b.idx" },
  ]);
});

test("a detach does not keep the partition's readers waiting for longer than lock_timeout, and gets through", async () => {
  await using db = await openTestDatabase({
    version: 18,
    sql: "create table p (id int) partition by list (id); create table p1 partition of p for values in (1);",
  });
  using folder = migrationsFolder({ "001_d.up.sql": "alter table p detach partition p1 concurrently;" });
  await using holder = await db.openSession();
  await holder.query("begin; select * from p1");
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 400 });
  await using reader = await db.openSession();
  let worstMs = 0;
  for (const until = performance.now() + 3_000; performance.now() < until; await sleep(5)) {
    const started = performance.now();
    await reader.query("select * from p1");
    worstMs = Math.max(worstMs, performance.now() - started);
  }
  await holder.query("commit");
  expect((await running).failed).toBeNull();
  expect(worstMs).toBeLessThan(1_200);
  expect((await db.query("select relispartition from pg_class where relname = 'p1'")).rows).toEqual([
    { relispartition: false },
  ]);
});

test("a plan that was edited is refused, whatever hash stands on it", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1);" });
  using folder = migrationsFolder({ "001_a.up.sql": "truncate t;" });
  const plan = await planMigrations(db, "up", { migrations: folder.path });
  const forged = JSON.parse(JSON.stringify(plan).replace("truncate t", "comment on table t is null"));
  await expect(migrate(db, { migrations: folder.path, plan: forged })).rejects.toMatchObject({
    code: "CONFITURE_PLAN_STALE",
    message: expect.stringContaining("does not fit its own hash"),
  });
  expect((await migrate(db, { migrations: folder.path, plan })).applied).toHaveLength(1);
});

test("what a file says of client_encoding does not change what its letters are", async () => {
  await using db = await openTestDatabase();
  const sql = "set client_encoding = 'LATIN1';\ncreate table c (v text);\ninsert into c values ('Zürich 😀');";
  using folder = migrationsFolder({ "001_c.up.sql": sql });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  await using session = await db.openSession();
  await applyBuild(
    session,
    { files: [], hash: "", notes: [], script: sql.replace("table c", "table d").replace("into c", "into d") },
    { allowNonEmpty: true },
  );
  const { rows } = await db.query(
    "select (select v from c) as migrated, (select v from d) as built, (select up_text from confiture.migrations) = $1 as kept",
    [sql],
  );
  expect(rows).toEqual([{ migrated: "Zürich 😀", built: "Zürich 😀", kept: true }]);
});

test("a read-only database is named as that", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  await db.query(
    "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$",
  );
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({ code: "CONFITURE_READ_ONLY" });
});

test("a record that somebody's lock holds up is written when the lock goes", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({ "001_x.up.sql": "select 1;" });
  await migrate(db, { migrations: folder.path });
  folder.write({ "002_i.up.sql": "create index concurrently i on t (id);" });
  await using holder = await db.openSession();
  await holder.query("begin; lock table confiture.events in exclusive mode");
  const running = migrate(db, { migrations: folder.path, lockTimeoutMs: 300 });
  await sleep(1_500);
  await holder.query("rollback");
  expect((await running).failed).toBeNull();
});

test("what the server can be asked is not taken from a person", async () => {
  await using db = await openTestDatabase({ sql: "create table t (a int); insert into t values (1), (1);" });
  using folder = migrationsFolder({ "001_i.up.sql": "create unique index concurrently i on t (a);" });
  await migrate(db, { migrations: folder.path });
  await expect(repair(db, { kind: "mark-finished", version: "1" }, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_USAGE",
    hint: expect.stringContaining("resume"),
  });
});

test("a rule on our own tables does not swallow the record", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a ();",
    "002_r.up.sql": "create rule quiet as on insert to confiture.migrations do instead nothing;\nselect 1;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await db.query("select version from confiture.migrations order by 1")).rows).toEqual([
    { version: "001" },
    { version: "002" },
  ]);
});

test("a migration that is under way goes on when its version is spelled in another way", async () => {
  await using db = await openTestDatabase({ sql: "create table t (a int); insert into t values (1), (1);" });
  using folder = migrationsFolder({ "003_i.up.sql": "select 1;\ncreate unique index concurrently i on t (a);" });
  await migrate(db, { migrations: folder.path });
  folder.remove("003_i.up.sql");
  folder.write({ "3_i.up.sql": "select 1;\ncreate unique index concurrently i on t (a);" });
  await db.query("delete from t where ctid = '(0,2)'");
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await db.query("select version, state from confiture.migrations")).rows).toEqual([
    { version: "003", state: "applied" },
  ]);
});

test("a role that may not create schemas uses the one somebody made for it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table confiture.a ();" });
  const role = `lowly_${Math.random().toString(36).slice(2)}`;
  await db.query(`create role ${role} login password 'lowly'`);
  try {
    await db.query(`create schema confiture authorization ${role}`);
    const url = new URL(db.url);
    url.username = role;
    url.password = "lowly";
    await using lowly = connectDatabase(url.href);
    expect((await migrate(lowly, { migrations: folder.path })).failed).toBeNull();
  } finally {
    await db.query(`drop owned by ${role}; drop role ${role}`);
  }
});

test("what a failed program still sends does not run behind its rollback", async () => {
  await using db = await openTestDatabase({ sql: "create table late (id int);" });
  using folder = migrationsFolder({
    "001_p.ts": `import { sql } from "kysely";
      export default { async up(db: any) {
        const again = setInterval(() => void sql\`insert into late values (1)\`.execute(db).catch(() => clearInterval(again)), 1);
        await sql\`select pg_sleep(0.05)\`.execute(db);
        throw new Error("no further");
      } };`,
  });
  expect((await migrate(db, { migrations: folder.path })).failed).not.toBeNull();
  expect((await db.query("select * from late")).rows).toEqual([]);
});
