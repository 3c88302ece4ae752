import { setTimeout as sleep } from "node:timers/promises";
import { type MigrationProgress, migrate, pauseMigration, readEvents, resume } from "@confiture/migrator";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { notedHooks } from "./noted-hooks.js";

const files = {
  "001_a.up.sql": "create table a (id int);\nselect pg_sleep(1.5);",
  "002_b.up.sql": "create table b (id int);",
};

/** Resolves when the run says so. */
function until(kind: MigrationProgress["kind"]) {
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    onProgress: (event: MigrationProgress) => {
      if (event.kind === kind) reach();
    },
  };
}

async function tablesOf(db: TestDatabase) {
  const { rows } = await db.query<{ name: string }>(
    "select relname as name from pg_class where relname in ('a', 'b') order by 1",
  );
  return rows.map(({ name }) => name).join("");
}

testOnEachVersion("a run pauses between two migrations with no transaction open, and goes on", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder(files);
  const { hooks, ran, data } = notedHooks({ connections: ["none"] });
  const { reached, onProgress } = until("step-started");
  const running = migrate(db, { migrations: folder.path, hooks, onProgress });
  await reached;
  expect(await pauseMigration(db, { because: "lunch" })).toMatchObject({ kind: "paused", version: "002" });
  expect(await tablesOf(db)).toBe("a");
  await sleep(600);
  const sessions = await db.query(
    // The run looks whether it may go on, in a transaction as short as that.
    `select from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and xact_start < clock_timestamp() - interval '250 ms' and pid <> pg_backend_pid()`,
  );
  expect(sessions.rows).toEqual([]);
  expect(await tablesOf(db)).toBe("a");
  const resumed = await resume(db, { migrations: folder.path });
  expect(resumed).toMatchObject({ resumed: "paused-run", applied: [], failed: null });
  const outcome = await running;
  expect(outcome).toMatchObject({ failed: null, executionId: resumed.executionId });
  expect(await tablesOf(db)).toBe("ab");
  expect(ran.filter((event) => /paused|resumed/.test(event))).toEqual([
    "migration_paused (none)",
    "migration_resumed (none)",
  ]);
  const told = Object.fromEntries(data) as Record<string, unknown>;
  expect(told["migration_paused (none)"]).toMatchObject({
    because: "lunch",
    completed: ["001"],
    versions: ["001", "002"],
  });
  const events = (await readEvents(db)).filter(({ kind }) => kind.startsWith("run_")).reverse();
  expect(events.map(({ kind, version: of }) => `${kind} ${of}`)).toEqual(["run_paused 002", "run_resumed 002"]);
});

test("a run pauses between the segments of a migration, also where that has taken another role", async () => {
  await using db = await openTestDatabase();
  await db.query(
    "create role confiture_pause_role; create table a (id int); grant all on schema public to confiture_pause_role",
  );
  try {
    await db.query("grant all on a to confiture_pause_role; alter table a owner to confiture_pause_role");
    using folder = migrationsFolder({
      "001_a.up.sql":
        "set role confiture_pause_role;\nselect pg_sleep(1.5);\ncreate index concurrently on a (id);\nselect 1;",
    });
    const { reached, onProgress } = until("step-started");
    const running = migrate(db, { migrations: folder.path, onProgress });
    await reached;
    expect(await pauseMigration(db)).toMatchObject({ kind: "paused", version: "001" });
    expect((await db.query("select state from confiture.migrations")).rows).toEqual([{ state: "applying" }]);
    expect((await resume(db, { migrations: folder.path })).resumed).toBe("paused-run");
    expect((await running).failed).toBeNull();
  } finally {
    await db.query("drop owned by confiture_pause_role; drop role confiture_pause_role");
  }
});

test("a paused run can be cancelled, and the rest is applied by the next", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  const interrupt = new AbortController();
  const { hooks, ran } = notedHooks({ connections: ["none"] });
  const { reached, onProgress } = until("step-started");
  const running = migrate(db, { migrations: folder.path, hooks, signal: interrupt.signal, onProgress });
  await reached;
  expect((await pauseMigration(db)).kind).toBe("paused");
  interrupt.abort("somebody pressed Ctrl-C");
  expect(await running).toMatchObject({
    applied: [{ version: "001" }],
    failed: { version: "002", error: { code: "CONFITURE_CANCELLED" } },
  });
  expect(ran.at(-1)).toBe("migration_cancelled (none)");
  const next = await migrate(db, { migrations: folder.path });
  expect(next).toMatchObject({ applied: [{ version: "002" }], failed: null });
});

test("where no run is under way nothing pauses, and an old request does not stop the next run", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  expect(await pauseMigration(db)).toEqual({ kind: "no-run" });
  const { reached, onProgress } = until("step-started");
  const running = migrate(db, { migrations: folder.path, to: "001", onProgress });
  await reached;
  // Its last migration is under way: there is no point left at which it could pause.
  expect(await pauseMigration(db)).toEqual({ kind: "ended" });
  expect((await running).failed).toBeNull();
  expect((await resume(db, { migrations: folder.path })).resumed).toBe("nothing");
  expect(await migrate(db, { migrations: folder.path })).toMatchObject({ applied: [{ version: "002" }], failed: null });
});

test("an interrupted run is finished by the same verb, which says so", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create table a (id int);\ncreate index concurrently a_id on a (id);\nselect 1 / 0;",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).not.toBeNull();
  folder.write({ "001_a.up.sql": "create table a (id int);\ncreate index concurrently a_id on a (id);\nselect 1;" });
  expect(await resume(db, { migrations: folder.path })).toMatchObject({ resumed: "interrupted-run", failed: null });
});
