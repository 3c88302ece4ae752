import { shadowProvider } from "@confiture/postgres";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, proveStairway, readMigrationsCatalog, readStatus, setBaseline } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const ddl =
  "create table orders (id int primary key, total numeric not null check (total >= 0));\ncreate index orders_total on orders (total);";

testOnEachVersion("a baseline is recorded when the live schema is what the DDL says", async (version) => {
  await using db = await openTestDatabase({ version, sql: ddl });
  using folder = migrationsFolder({
    "001_old.up.sql": "create table long_gone ();",
    "002_new.up.sql": "alter table orders add column note text;",
  });
  const outcome = await setBaseline(db, {
    migrations: folder.path,
    version: "001",
    script: ddl,
    shadow: shadowProvider({ url: db.url }),
  });
  expect(outcome.versions).toEqual(["001"]);
  expect((await migrate(db, { migrations: folder.path })).applied.map(({ version: applied }) => applied)).toEqual([
    "002",
  ]);
});

test("a baseline that is not true is refused with every difference, and nothing is recorded", async () => {
  await using db = await openTestDatabase({ sql: ddl });
  await db.query("drop index orders_total; alter table orders add column extra int");
  using folder = migrationsFolder({ "001_old.up.sql": "select 1;" });
  await expect(
    setBaseline(db, { migrations: folder.path, version: "001", script: ddl, shadow: shadowProvider({ url: db.url }) }),
  ).rejects.toMatchObject({
    code: "CONFITURE_BASELINE_MISMATCH",
    message: expect.stringMatching(
      /missing: index .*orders_total[\s\S]*not expected: column .*extra|not expected: column .*extra[\s\S]*missing: index .*orders_total/,
    ),
  });
  expect((await readStatus(db, { migrations: folder.path })).applied).toEqual([]);
});

test("a baseline can also be what the migrations make", async () => {
  await using db = await openTestDatabase({ sql: "create table a (id int);" });
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a (id int);",
    "002_b.up.sql": "create table b (id int);",
  });
  await setBaseline(db, { migrations: folder.path, version: "001", shadow: shadowProvider({ url: db.url }) });
  expect((await readStatus(db, { migrations: folder.path })).pending.map(({ version }) => version)).toEqual(["002"]);
});

test("the stairway proves each migration: up, down, same schema, up, same schema", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a (id int);",
    "001_a.down.sql": "drop table a;",
    "002_b.up.sql": "create index concurrently a_id on a (id);",
    "002_b.down.sql": "drop index concurrently a_id;",
    "003_c.up.sql": "comment on table a is 'no way back';",
  });
  const stairs = await proveStairway({ migrations: folder.path, shadow: shadowProvider({ url: db.url }) });
  expect(stairs.map(({ version, verdict }) => [version, verdict])).toEqual([
    ["001", "proven"],
    ["002", "proven"],
    ["003", "irreversible"],
  ]);
});

test("a baseline names a version that is there, and stops when it is aborted", async () => {
  await using db = await openTestDatabase({ sql: "create table a ();" });
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  const options = { migrations: folder.path, shadow: shadowProvider({ url: db.url }) };
  await expect(setBaseline(db, { ...options, version: "900" })).rejects.toMatchObject({
    code: "CONFITURE_VERSION_UNKNOWN",
    hint: expect.stringContaining("001_a"),
  });
  await expect(setBaseline(db, { ...options, version: "1", signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "CONFITURE_CANCELLED",
  });
  expect((await setBaseline(db, { ...options, version: "1" })).versions).toEqual(["001"]);
});

test("a stairway over a schema that is built first says how to climb it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "alter table a add x int;" });
  const [stair] = await proveStairway({ migrations: folder.path, shadow: shadowProvider({ url: db.url }) });
  expect(stair).toMatchObject({ verdict: "failed", error: { hint: expect.stringContaining("--base ddl") } });
});

test("migrations that begin on a build, run on nothing, say how to begin", async () => {
  await using db = await openTestDatabase();
  const shadow = shadowProvider({ url: db.url });
  const script =
    "create type addr as (a text); create schema s; create function f() returns int language sql as 'select 1'";
  for (const sql of [
    "create table t (a addr);",
    "create table s.t ();",
    "create view v as select f();",
    "alter table a add x int;",
  ]) {
    using folder = migrationsFolder({ "001_a.up.sql": sql });
    const read = readMigrationsCatalog({ migrations: folder.path, shadow });
    await expect(read).rejects.toMatchObject({
      code: "CONFITURE_STATEMENT_FAILED",
      hint: expect.stringContaining("`--base ddl`"),
    });
  }
  using folder = migrationsFolder({ "001_a.up.sql": "create table t (a addr);" });
  const { tables } = await readMigrationsCatalog({ migrations: folder.path, shadow, script });
  expect(tables.map(({ name }) => name)).toEqual(["public.t"]);
});

test("the stairway names what a down leaves behind", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create type mood as enum ('ok'); create table a (m mood);",
    "001_a.down.sql": "drop table a;",
    "002_b.up.sql": "create table b ();",
    "002_b.down.sql": "drop table b;",
  });
  const stairs = await proveStairway({ migrations: folder.path, shadow: shadowProvider({ url: db.url }) });
  expect(stairs).toHaveLength(1);
  expect(stairs[0]).toMatchObject({
    verdict: "failed",
    error: { code: "CONFITURE_STAIRWAY_FAILED", message: expect.stringContaining("left behind: enum") },
  });
});
