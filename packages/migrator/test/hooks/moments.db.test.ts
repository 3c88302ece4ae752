import {
  createMigrationHooks,
  draftMigration,
  type MigrationHook,
  migrate,
  rehearse,
  rollback,
  validateMigrations,
} from "@confiture/migrator";
import { catalogHash, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { type NotedContext, notedHooks, noteTable } from "./noted-hooks.js";

const files = {
  "001_noted.up.sql": noteTable,
  "001_noted.down.sql": "drop table noted;",
  "002_t.up.sql": "create table t (id int);",
  "002_t.down.sql": "drop table t;",
};

testOnEachVersion("hooks run at their moments, on their connections, around one transaction", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder(files);
  await migrate(db, { migrations: folder.path, to: "001" });
  const { hooks, ran } = notedHooks();
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(outcome.failed).toBeNull();
  expect(ran).toMatchInlineSnapshot(`
    [
      "before_plan_migration",
      "before_plan_migration (own)",
      "before_plan_migration (none)",
      "after_plan_migration",
      "after_plan_migration (own)",
      "after_plan_migration (none)",
      "migration_started",
      "migration_started (own)",
      "migration_started (none)",
      "before_execute",
      "before_execute (own)",
      "before_execute (none)",
      "before_validation (own)",
      "before_validation (none)",
      "before_ddl (own)",
      "before_ddl (none)",
      "before_validation",
      "before_ddl",
      "after_ddl",
      "after_validation",
      "after_ddl (own)",
      "after_ddl (none)",
      "after_validation (own)",
      "after_validation (none)",
      "cleanup",
      "cleanup (own)",
      "cleanup (none)",
      "on_success",
      "on_success (own)",
      "on_success (none)",
      "after_execute",
      "after_execute (own)",
      "after_execute (none)",
      "migration_completed",
      "migration_completed (own)",
      "migration_completed (none)",
    ]
  `);
});

test("a rollback has moments of its own around those of its migrations, and ends as rolled back", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  await migrate(db, { migrations: folder.path });
  const { hooks, ran, data } = notedHooks({ connections: ["none"] });
  const outcome = await rollback(db, { migrations: folder.path, hooks, steps: 2 });
  expect(outcome.failed).toBeNull();
  expect(ran.map((event) => event.replace(" (none)", ""))).toEqual([
    "before_plan_migration",
    "before_rollback_plan",
    "after_plan_migration",
    "after_rollback_plan",
    "migration_started",
    "before_rollback",
    "before_execute",
    ...["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup", "on_success"],
    ...["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup", "on_success"],
    "after_execute",
    "after_rollback",
    "migration_rolled_back",
  ]);
  const told = Object.fromEntries(data) as Record<string, Record<string, unknown>>;
  expect(told["after_plan_migration (none)"]).toMatchObject({
    direction: "down",
    affectedTables: ["public.noted", "public.t"],
  });
  expect(told["after_rollback_plan (none)"]).toMatchObject({ reason: "requested", versions: ["002", "001"] });
  expect(told["after_execute (none)"]).toMatchObject({ applied: ["002", "001"], stepsCompleted: 2, mode: "real" });
  expect(told["migration_rolled_back (none)"]).toMatchObject({ completed: ["002", "001"], direction: "down" });
});

testOnEachVersion("a rehearsal reaches the moments in a dry run, and leaves nothing of its hooks", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder({ ...files, "003_u.up.sql": "create table u (id int);" });
  await migrate(db, { migrations: folder.path, to: "001" });
  const before = await state();
  const { hooks, ran, data } = notedHooks();
  const outcome = await rehearse(db, { migrations: folder.path, hooks, environment: "staging" });
  expect(outcome.failed).toBeNull();
  expect(outcome.rehearsal.rows).toContainEqual({ table: "public.noted", inserted: 13, updated: 0, deleted: 0 });
  expect(await state()).toEqual(before);
  const modes = new Set(data.flatMap(([, told]) => (told as { mode?: string }).mode ?? []));
  expect([...modes]).toEqual(["dry_run"]);
  expect(ran.filter((event) => !event.includes("(own)")).map((event) => event.replace(" (none)", "*"))).toEqual([
    "before_plan_migration",
    "before_plan_migration*",
    "after_plan_migration",
    "after_plan_migration*",
    "migration_started",
    "migration_started*",
    "before_dry_run",
    "before_dry_run*",
    "before_execute",
    "before_execute*",
    // Those outside of the transaction, before its BEGIN.
    ...["before_validation*", "before_ddl*", "before_validation*", "before_ddl*"],
    "before_analyze_schema*",
    "after_analyze_schema*",
    ...["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup", "on_success"],
    ...["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup", "on_success"],
    "after_execute",
    // And behind its ROLLBACK.
    "before_diff_schemas*",
    "after_diff_schemas*",
    ...["after_ddl*", "after_validation*", "cleanup*", "on_success*"],
    ...["after_ddl*", "after_validation*", "cleanup*", "on_success*"],
    "after_execute*",
    "after_dry_run",
    "after_dry_run*",
    "migration_completed",
    "migration_completed*",
  ]);
  // Nobody else sees what the rehearsal made, so hooks that would look for it are left out, and said.
  const leftOut = outcome.hooks.filter(({ status }) => status === "skipped");
  expect(leftOut.map(({ event, version: of }) => `${of} ${event}`)).toEqual([
    ...["003 before_validation", "003 before_ddl"],
    ...["002 after_ddl", "002 after_validation", "002 cleanup", "002 on_success"],
    ...["003 after_ddl", "003 after_validation", "003 cleanup", "003 on_success"],
    "null after_execute",
  ]);
  expect(new Set(leftOut.map(({ error }) => error?.message))).toEqual(
    new Set(["it would need what a rehearsal does not commit"]),
  );

  async function state() {
    await using session = await db.openSession();
    const { rows } = await session.query(
      "select (select count(*) from noted) as noted, (select count(*) from confiture.hook_executions) as hooks",
    );
    return [catalogHash(await readCatalog(session)), rows];
  }
});

test("a hook that fails in a rehearsal fails it as it would fail the run", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  await migrate(db, { migrations: folder.path, to: "001" });
  const fail = () => {
    throw new Error("not like this");
  };
  const { hooks, ran } = notedHooks({ instead: { after_validation: fail }, connections: ["migration"] });
  const outcome = await rehearse(db, { migrations: folder.path, hooks });
  expect(outcome.failed).toMatchObject({ version: "002", step: null, error: { code: "CONFITURE_HOOK_FAILED" } });
  expect(ran.slice(-3)).toEqual(["on_error", "after_dry_run", "migration_failed"]);
});

test("what a rehearsal runs on a shadow, it runs with its hooks there", async () => {
  await using db = await openTestDatabase();
  await using shadow = await openTestDatabase();
  using folder = migrationsFolder({
    "001_noted.up.sql": noteTable,
    "002_t.up.sql": "create table t (id int);\ncreate index concurrently on t (id);",
  });
  await migrate(db, { migrations: folder.path, to: "001" });
  const { hooks, data } = notedHooks({
    instead: {
      "after_validation (own)": async (context) => {
        const { rows } = (await context.metadata.session?.query("select to_regclass('t')::text as t")) ?? { rows: [] };
        expect(rows).toEqual([{ t: "t" }]);
      },
    },
  });
  const outcome = await rehearse(db, {
    migrations: folder.path,
    hooks,
    on: "shadow",
    shadow: { create: async () => shadow },
  });
  expect(outcome.failed).toBeNull();
  const ofMigrations = data.filter(([, told]) => typeof (told as { version?: string }).version === "string");
  expect(ofMigrations.map(([event]) => event)).toContain("after_validation (own)");
  expect(new Set(ofMigrations.map(([, told]) => (told as { version: string; mode: string }).mode))).toEqual(
    new Set(["dry_run"]),
  );
  expect(new Set(ofMigrations.map(([, told]) => (told as { version: string }).version))).toEqual(new Set(["002"]));
  expect(outcome.hooks.filter(({ status }) => status === "failed")).toEqual([]);
});

test("a hook that refuses the plan stops the run before it begins, and nothing is made", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  const refuse = () => {
    throw new Error("not on a Friday");
  };
  const { hooks, ran } = notedHooks({ connections: ["none"], instead: { "after_plan_migration (none)": refuse } });
  await expect(migrate(db, { migrations: folder.path, hooks })).rejects.toMatchObject({
    code: "CONFITURE_HOOK_FAILED",
    message: "Hook after_plan_migration-none (after_plan_migration) failed: not on a Friday",
    facts: { hook: "after_plan_migration-none", event: "after_plan_migration" },
  });
  expect(ran).toEqual(["before_plan_migration (none)", "after_plan_migration (none)"]);
  const { rows } = await db.query("select from pg_namespace where nspname = 'confiture'");
  expect(rows).toEqual([]);
});

test("where there is nothing to do, no run begins", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  await migrate(db, { migrations: folder.path });
  const { hooks, ran } = notedHooks({ connections: ["none"] });
  await migrate(db, { migrations: folder.path, hooks });
  expect(ran).toEqual(["before_plan_migration (none)", "after_plan_migration (none)"]);
});

test("an aborted run tells its hooks that it was cancelled, once it has stopped", async () => {
  await using db = await openTestDatabase({ sql: noteTable });
  using folder = migrationsFolder({ "001_slow.up.sql": "create table t (id int);\nselect pg_sleep(30);" });
  const { hooks, ran, data } = notedHooks({ connections: ["migration", "own"] });
  const interrupt = new AbortController();
  const outcome = await migrate(db, {
    migrations: folder.path,
    hooks,
    signal: interrupt.signal,
    onProgress: (event) => {
      if (event.kind === "step-started" && event.step === 2) setTimeout(() => interrupt.abort("enough"), 200);
    },
  });
  expect(outcome.failed?.error.code).toBe("CONFITURE_CANCELLED");
  expect(ran.slice(-4)).toEqual(["on_error", "on_error (own)", "migration_cancelled", "migration_cancelled (own)"]);
  expect(data.at(-1)?.[1]).toMatchObject({ versions: ["001"], completed: [], because: "enough" });
  const { rows } = await db.query("select what from noted where what like 'before_ddl' or what like 'migration_%'");
  expect(rows).toEqual([{ what: "migration_started" }, { what: "migration_cancelled" }]);
});

test("validating reaches its moments without a database, and a hook of its own connection says what it lacks", async () => {
  using folder = migrationsFolder({ ...files, "003_wrong.up.sql": "create tabel w ();" });
  const told: unknown[] = [];
  const hooks = createMigrationHooks();
  hooks.register(
    { id: "before", on: "before_validate", connection: "none", run: ({ data }) => void told.push(data) },
    { id: "after", on: "after_validate", connection: "none", run: ({ data }) => void told.push(data) },
  );
  await validateMigrations({ migrations: folder.path, hooks });
  expect(told).toEqual([
    { versions: ["001", "002", "003"] },
    {
      versions: ["001", "002", "003"],
      problems: [expect.stringMatching(/003_wrong.up.sql: .*syntax error/)],
      durationMs: expect.any(Number),
    },
  ]);
  hooks.register({ id: "own", on: "before_validate", connection: "own", run: () => undefined });
  await expect(validateMigrations({ migrations: folder.path, hooks })).rejects.toMatchObject({
    code: "CONFITURE_HOOK_FAILED",
    message: expect.stringContaining("no `database` was given"),
  });
});

test("drafting a migration reads a schema and compares it with another, and hooks are told of both", async () => {
  await using wantedIn = await openTestDatabase({ sql: "create table t (id int, note text);" });
  await using session = await wantedIn.openSession();
  const wanted = await readCatalog(session);
  const told: unknown[] = [];
  const hooks = createMigrationHooks();
  for (const on of [
    "before_analyze_schema",
    "after_analyze_schema",
    "before_diff_schemas",
    "after_diff_schemas",
  ] as const)
    hooks.register({
      id: on,
      on,
      connection: "none",
      run: ({ data }: NotedContext) => void told.push([on, data]),
    } as MigrationHook);
  await draftMigration({
    source: { kind: "migrations" },
    migrations: [],
    ownSchema: "confiture",
    shadow: { create: () => openTestDatabase() },
    compare: {},
    wanted,
    renames: [],
    allow: [],
    describe: { from: "the migrations", to: "the DDL" },
    hooks,
  });
  expect(told).toMatchObject([
    ["before_analyze_schema", { source: "the migrations" }],
    ["after_analyze_schema", { source: "the migrations", tables: 0, columns: 0 }],
    ["before_diff_schemas", { target: { tables: [{ name: "public.t" }] } }],
    [
      "after_diff_schemas",
      { differences: expect.arrayContaining([expect.stringMatching(/create table/i)]), breaking: [] },
    ],
  ]);
});
