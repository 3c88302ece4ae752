import { shadowProvider } from "@confiture/postgres";
import { catalogHash, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, recordBuild, rehearse } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

type TestDb = Awaited<ReturnType<typeof openTestDatabase>>;

const seeded =
  "create table t (id int generated always as identity primary key, v text); insert into t (v) select g::text from generate_series(1, 5000) g; create table u (id int);";

testOnEachVersion("a rehearsal runs everything for real and changes nothing", async (version) => {
  await using db = await openTestDatabase({ version, sql: seeded });
  using folder = migrationsFolder({
    "001_a.up.sql":
      "alter table t add column w int not null default 0;\ncreate index t_v on t (v);\nalter table t add constraint w_positive check (w >= 0);",
    "002_b.up.sql":
      "update t set w = 1 where id <= 100;\ndelete from t where id > 4990;\ninsert into u values (1), (2);",
  });
  const before = await fingerprint(db);
  const outcome = await rehearse(db, { migrations: folder.path });
  expect(outcome.failed).toBeNull();
  expect(outcome.dryRun).toBe(true);
  const { rehearsal } = outcome;
  expect(rehearsal.onTarget.map(({ version: ran, steps }) => [ran, steps.length])).toEqual([
    ["001", 3],
    ["002", 3],
  ]);
  expect(rehearsal.rows).toEqual([
    { table: "public.t", inserted: 0, updated: 100, deleted: 10 },
    { table: "public.u", inserted: 2, updated: 0, deleted: 0 },
  ]);
  expect(rehearsal.changes.map(({ change, kind }) => `${change} ${kind}`)).toEqual(
    expect.arrayContaining(["added index", "added constraint", "added column"]),
  );
  expect(rehearsal.locks).toContainEqual(
    expect.objectContaining({ relation: "public.t", mode: "AccessExclusiveLock" }),
  );
  expect(rehearsal.notRehearsed).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
  expect((await db.query("select to_regclass('confiture.migrations') as own")).rows).toEqual([{ own: null }]);
});

test("sequences that a rolled back insert moved are named", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({ "001_a.up.sql": "insert into t (v) values ('x');" });
  expect((await rehearse(db, { migrations: folder.path })).rehearsal.sequencesMoved).toEqual(["public.t_id_seq"]);
});

test("rows that violate a planned constraint are reported as a violation, without their values", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({ "001_a.up.sql": "alter table t add constraint short check (length(v) < 2);" });
  const outcome = await rehearse(db, { migrations: folder.path });
  expect(outcome.failed?.error.code).toBe("CONFITURE_STATEMENT_FAILED");
  expect(outcome.rehearsal.violations).toEqual([
    expect.objectContaining({ version: "001", table: "public.t", constraint: "short", sqlState: "23514" }),
  ]);
});

test("deferred constraints are checked before the rollback", async () => {
  await using db = await openTestDatabase({
    sql: "create table p (id int primary key); create table c (p int references p deferrable initially deferred);",
  });
  using folder = migrationsFolder({ "001_a.up.sql": "insert into c values (7);" });
  const outcome = await rehearse(db, { migrations: folder.path });
  expect(outcome.rehearsal.violations).toEqual([expect.objectContaining({ table: "public.c", sqlState: "23503" })]);
});

test("locks that block others are held no longer than allowed: then it is rolled back and said", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({ "001_a.up.sql": "lock table t;\nselect pg_sleep(20);" });
  const started = performance.now();
  const outcome = await rehearse(db, { migrations: folder.path, maxLockHoldMs: 700 });
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(outcome.rehearsal.bounded).toMatchObject({ lock: { relation: "public.t", mode: "AccessExclusiveLock" } });
});

test("from the first statement that needs a commit on, the rehearsal goes on a shadow built from the record", async () => {
  await using db = await openTestDatabase();
  await db.query(seeded);
  await recordBuild(db, seeded, {});
  using folder = migrationsFolder({
    "001_a.up.sql": "alter table t add column w int;",
    "002_b.up.sql": "create index concurrently t_w on t (w);",
    "003_c.up.sql": "create table done ();",
  });
  const before = await fingerprint(db);
  const outcome = await rehearse(db, { migrations: folder.path, shadow: shadowProvider({ url: db.url }) });
  expect(outcome.failed).toBeNull();
  expect(outcome.rehearsal.onTarget.map(({ version }) => version)).toEqual(["001"]);
  expect(outcome.rehearsal.onShadow.map(({ version }) => version)).toEqual(["002", "003"]);
  expect(outcome.rehearsal.shadowDiffers).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
});

test("a shadow that is not what the target is, is told with every difference", async () => {
  await using db = await openTestDatabase();
  await db.query(seeded);
  await recordBuild(db, seeded, {});
  await db.query("create index behind_the_back on t (v)");
  using folder = migrationsFolder({ "001_a.up.sql": "vacuum t;" });
  const outcome = await rehearse(db, { migrations: folder.path, shadow: shadowProvider({ url: db.url }) });
  expect(outcome.rehearsal.shadowDiffers).toEqual([expect.objectContaining({ change: "removed", kind: "index" })]);
});

test("without a shadow, what needs a commit is reported as not rehearsed", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({ "001_a.up.sql": "vacuum t;" });
  const outcome = await rehearse(db, { migrations: folder.path });
  expect(outcome.rehearsal.notRehearsed).toEqual([{ version: "001", because: expect.stringContaining("shadow") }]);
});

test("asked to, a rehearsal runs on a shadow from the start and leaves the target alone", async () => {
  await using db = await openTestDatabase();
  await db.query(seeded);
  await recordBuild(db, seeded, {});
  using folder = migrationsFolder({ "001_a.up.sql": "alter table t add column w int;" });
  const outcome = await rehearse(db, {
    migrations: folder.path,
    on: "shadow",
    shadow: shadowProvider({ url: db.url }),
  });
  expect(outcome.rehearsal.onTarget).toEqual([]);
  expect(outcome.rehearsal.onShadow.map(({ version }) => version)).toEqual(["001"]);
});

test("the bound also ends a rehearsal whose locks are held on while its schema is read", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({ "001_a.up.sql": "alter table t add column w int;" });
  for (const maxLockHoldMs of [1, 5, 20, 50]) {
    const { failed, rehearsal } = await rehearse(db, { migrations: folder.path, maxLockHoldMs });
    expect([failed, rehearsal.bounded === null ? "in time" : rehearsal.bounded.lock?.relation]).toEqual([
      null,
      expect.stringMatching(/in time|public\.t/),
    ]);
  }
});

test("a failure on the shadow names what violated, and what is behind it was not rehearsed", async () => {
  await using db = await openTestDatabase();
  await db.query(seeded);
  await recordBuild(db, seeded, {});
  using folder = migrationsFolder({
    "001_a.up.sql": "vacuum t;",
    "002_b.up.sql": "create table few (id int check (id < 3));\ninsert into few values (7);",
    "003_c.up.sql": "create table behind ();",
  });
  const { failed, rehearsal } = await rehearse(db, {
    migrations: folder.path,
    shadow: shadowProvider({ url: db.url }),
  });
  expect(failed).toMatchObject({ version: "002", step: 2 });
  expect(rehearsal.violations).toEqual([expect.objectContaining({ version: "002", table: "public.few" })]);
  expect(rehearsal.notRehearsed).toEqual([{ version: "003", because: "a migration before it failed" }]);
});

test("the way back can be rehearsed as well", async () => {
  await using db = await openTestDatabase({ sql: seeded });
  using folder = migrationsFolder({
    "001_a.up.sql": "alter table t add column w int;",
    "001_a.down.sql": "alter table t drop column w;",
  });
  await migrate(db, { migrations: folder.path });
  const outcome = await rehearse(db, { migrations: folder.path, direction: "down" });
  expect(outcome.failed).toBeNull();
  expect(outcome.rehearsal.changes).toEqual([expect.objectContaining({ change: "removed", kind: "column" })]);
});

async function fingerprint(db: TestDb): Promise<unknown> {
  await using session = await db.openSession();
  const catalog = catalogHash(await readCatalog(session, { exclude: ["confiture"] }));
  const { rows } = await session.query("select (select count(*) from t) as t, (select count(*) from u) as u");
  return { catalog, rows };
}
