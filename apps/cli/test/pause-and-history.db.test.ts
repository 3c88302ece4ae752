import { setTimeout as sleep } from "node:timers/promises";
import { createMigrationHooks, migrate } from "@confiture/migrator";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const confitureYaml = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";

test("a run is paused and resumed from another terminal", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({
    "confiture.yaml": confitureYaml,
    "db/migrations/001_slow.up.sql": "create table a (id int);\nselect pg_sleep(3);",
    "db/migrations/002_next.up.sql": "create table b (id int);",
  });
  const options = { cwd: folder.path, env: { DATABASE_URL: db.url } };
  const none = await runConfiture(["migrate", "pause"], options);
  expect([none.code, none.stdout]).toEqual([1, "No run is under way.\n"]);
  const running = runConfiture(["migrate", "up"], options);
  await untilSlow();
  const paused = await runConfiture(["migrate", "pause", "--because", "lunch", "--format", "json"], options);
  expect([paused.code, JSON.parse(paused.stdout)]).toMatchObject([0, { kind: "paused", version: "002" }]);
  const resumed = await runConfiture(["migrate", "resume", "--format", "json"], options);
  expect([resumed.code, JSON.parse(resumed.stdout)]).toMatchObject([0, { resumed: "paused-run", failed: null }]);
  const run = await running;
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("paused before 002: lunch")]);
  expect(run.stderr).toContain("resumed after");
  const nothing = await runConfiture(["migrate", "resume"], options);
  expect([nothing.code, nothing.stdout]).toEqual([0, "Nothing was left begun, and no run is paused.\n"]);

  async function untilSlow(): Promise<void> {
    for (;;) {
      const { rows } = await db.query(
        "select from pg_stat_activity where query ~ 'pg_sleep' and pid <> pg_backend_pid() and datname = current_database()",
      );
      if (rows.length > 0) return;
      await sleep(50);
    }
  }
});

test("history tells how long hooks took, below what they ran with", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({
    "confiture.yaml": confitureYaml,
    "db/migrations/001_a.up.sql": "create table a (id int);",
  });
  const hooks = createMigrationHooks({ events: { cleanup: { errors: "fail_safe" } } });
  hooks.register(
    {
      id: "check",
      on: "after_ddl",
      connection: "migration",
      run: ({ metadata }) => metadata.session?.query("select 1"),
    },
    {
      id: "tidy",
      on: "cleanup",
      connection: "none",
      run: () => {
        throw new Error("there is nothing to tidy");
      },
    },
    { id: "tell", on: "migration_completed", connection: "none", run: () => undefined },
  );
  await migrate(db, { migrations: `${folder.path}/db/migrations`, hooks });
  const options = { cwd: folder.path, env: { DATABASE_URL: db.url } };
  const { stdout } = await runConfiture(["migrate", "history"], options);
  const times = /\d+(\.\d+)?\s?(ms|s)/g;
  const lines = stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().replace(times, "N ms"));
  expect(lines).toEqual([
    "after_ddl check  N ms",
    "cleanup tidy  N ms  failed: there is nothing to tidy",
    "migration_completed tell  N ms",
  ]);
  const json = JSON.parse((await runConfiture(["migrate", "history", "--format", "json"], options)).stdout);
  expect(json.hooks).toMatchObject([
    { event: "after_ddl", hook: "check", version: "001", connection: "migration", status: "completed", error: null },
    { event: "cleanup", hook: "tidy", status: "failed", error: { code: "Error", message: "there is nothing to tidy" } },
    { event: "migration_completed", hook: "tell", version: null, executionId: json.events[0].executionId },
  ]);
});

test("an alert that the configuration asks for rolls a run back, and says why", async () => {
  await using db = await openTestDatabase({
    sql: "create table t (id int); insert into t select generate_series(1, 10);",
  });
  using folder = projectFolder({
    "confiture.yaml": `${confitureYaml}alerts:\n  rows_lost: { above: 50%, action: rollback }\n`,
    "db/migrations/001_a.up.sql": "create table a (id int);",
    "db/migrations/001_a.down.sql": "drop table a;",
    "db/migrations/002_tidy.up.sql": "delete from t where id > 2;",
  });
  const options = { cwd: folder.path, env: { DATABASE_URL: db.url } };
  const { code, stdout, stderr } = await runConfiture(["migrate", "up"], options);
  expect(code).toBe(3);
  expect(stdout).toContain("001 a undone");
  expect(stderr).toContain("alert: public.t: statement 1 deleted 80 % of its rows (rollback)");
  expect(stderr).toContain("CONFITURE_ALERT");
  const { rows } = await db.query("select count(*)::int as count, to_regclass('a') as a from t");
  expect(rows).toEqual([{ count: 10, a: null }]);
});
