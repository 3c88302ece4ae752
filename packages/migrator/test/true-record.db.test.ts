// What could make the record untrue: each was found by trying, and happened.
import { setTimeout as sleep } from "node:timers/promises";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, resume, rollback } from "../src/index.js";
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
