import { setTimeout as sleep } from "node:timers/promises";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, planMigrations } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

testOnEachVersion("CONCURRENTLY, VACUUM and a used enum value need no mark by the author", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder({
    "001_mixed.up.sql": `
      create type mood as enum ('sad');
      create table person (id int, mood mood);
      create index concurrently person_id on person (id);
      vacuum person;
      insert into person values (1, 'sad');`,
    "002_happy.up.sql":
      "alter type mood add value 'happy';\nupdate person set mood = 'happy';\ncomment on table person is 'who';",
  });
  const plan = await planMigrations(db, "up", { migrations: folder.path });
  expect(plan.migrations.map(({ segments }) => segments.map(({ kind, steps }) => `${kind} ${steps.length}`))).toEqual([
    ["transaction 2", "alone 1", "alone 1", "transaction 1"],
    ["transaction 1", "transaction 2"],
  ]);
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.failed).toBeNull();
  expect((await db.query("select mood::text from person")).rows).toEqual([{ mood: "happy" }]);
  expect((await db.query("select count(*)::int as n from confiture.steps")).rows).toEqual([{ n: 0 }]);
});

test("the invalid index of a failed CONCURRENTLY is dropped and rebuilt on the next run", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1), (1);" });
  using folder = migrationsFolder({ "001_u.up.sql": "create unique index concurrently t_id on t (id);" });
  const failed = await migrate(db, { migrations: folder.path });
  expect(failed.failed?.error.facts.sqlState).toBe("23505");
  expect(await indexValidity(db)).toEqual([{ name: "t_id", valid: false }]);
  await db.query("delete from t where ctid in (select ctid from t limit 1)");
  const dropped: string[] = [];
  const outcome = await migrate(db, {
    migrations: folder.path,
    onProgress: (event) => event.kind === "in-doubt-settled" && dropped.push(event.evidence),
  });
  expect(outcome.failed).toBeNull();
  expect(dropped).toEqual(["invalid index public.t_id was dropped"]);
  expect(await indexValidity(db)).toEqual([{ name: "t_id", valid: true }]);
});

test("IF NOT EXISTS does not pass over an invalid index in silence", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int); insert into t values (1), (1);" });
  await db.query("create unique index concurrently t_id on t (id)").catch(() => undefined);
  await db.query("delete from t");
  using folder = migrationsFolder({ "001_u.up.sql": "create unique index concurrently if not exists t_id on t (id);" });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect(await indexValidity(db)).toEqual([{ name: "t_id", valid: true }]);
});

test("CONCURRENTLY waits out a long transaction without lock_timeout, and reports whom it waits for", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  await using writer = await db.openSession();
  await writer.query("begin; insert into t values (1)");
  using folder = migrationsFolder({ "001_i.up.sql": "create index concurrently t_id on t (id);" });
  const waits: string[] = [];
  const running = migrate(db, {
    migrations: folder.path,
    lockTimeoutMs: 200,
    onProgress: (event) => event.kind === "waiting-for-lock" && waits.push(event.blockers[0]?.state ?? ""),
  });
  await sleep(1_500);
  await writer.query("commit");
  expect((await running).failed).toBeNull();
  expect(waits).toContain("idle in transaction");
});

test("CONCURRENTLY ends at its deadline, naming the blocker; the next run cleans up and succeeds", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  await using writer = await db.openSession();
  await writer.query("begin; insert into t values (1)");
  using folder = migrationsFolder({ "001_i.up.sql": "create index concurrently t_id on t (id);" });
  const outcome = await migrate(db, { migrations: folder.path, concurrentlyDeadlineMs: 800 });
  expect(outcome.failed?.error).toMatchObject({
    code: "CONFITURE_DEADLINE",
    message: expect.stringMatching(/held up by pid \d+/),
  });
  await writer.query("commit");
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect(await indexValidity(db)).toEqual([{ name: "t_id", valid: true }]);
});

test("a migration that failed half-way goes on behind what is applied, and its rest may have been corrected", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({
    "001_x.up.sql": "create table one ();\ncreate index concurrently t_id on t (id);\nselect no_such_thing;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toMatchObject({ step: 3 });
  folder.write({
    "001_x.up.sql": "create table one ();\ncreate index concurrently t_id on t (id);\ncreate table two ();",
  });
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.failed).toBeNull();
  expect(outcome.applied[0]?.steps.map(({ step }) => step)).toEqual([3]);
});

test("a migration that failed half-way is refused when its applied part was edited", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({ "001_x.up.sql": "create table one ();\nvacuum t;\nselect no_such_thing;" });
  await migrate(db, { migrations: folder.path });
  folder.write({ "001_x.up.sql": "create table uno ();\nvacuum t;\nselect 1;" });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_PARTIAL_CHANGED",
    at: { line: 1 },
  });
});

test("BEGIN and COMMIT in a file are boundaries of what commits together", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_x.up.sql":
      "begin isolation level serializable;\ncreate table one ();\ncommit;\ncreate table two ();\nselect no_such_thing;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toMatchObject({ step: 5 });
  expect(
    (await db.query("select to_regclass('one') is not null as one, to_regclass('two') is not null as two")).rows,
  ).toEqual([{ one: true, two: false }]);
});

test("a search_path set early in a file holds to its end, also behind a commit and when resumed, and no further", async () => {
  await using db = await openTestDatabase({ sql: "create schema app;" });
  using folder = migrationsFolder({
    "001_x.up.sql":
      "set search_path = app;\nset role pg_monitor;\nreset role;\ncreate table t (id int);\ncreate index concurrently t_id on t (id);\nselect no_such_thing;",
    "002_y.up.sql": "create table elsewhere ();",
  });
  await migrate(db, { migrations: folder.path });
  folder.write({
    "001_x.up.sql":
      "set search_path = app;\nset role pg_monitor;\nreset role;\ncreate table t (id int);\ncreate index concurrently t_id on t (id);\ncreate table u ();",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  const { rows } = await db.query(
    "select to_regclass('app.t_id') is not null as index, to_regclass('app.u') is not null as u, to_regclass('public.elsewhere') is not null as elsewhere",
  );
  expect(rows).toEqual([{ index: true, u: true, elsewhere: true }]);
});

async function indexValidity(db: Awaited<ReturnType<typeof openTestDatabase>>): Promise<readonly unknown[]> {
  const { rows } = await db.query(
    "select c.relname::text as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 't'::regclass",
  );
  return rows;
}
