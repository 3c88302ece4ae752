import { createMigrationHooks, type MigrationHook, migrate, readEvents, resume } from "@confiture/migrator";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { type NotedContext, noteTable } from "./noted-hooks.js";

const files = { "001_t.up.sql": "create table t (id int);" };

async function statuses(db: TestDatabase) {
  const { rows } = await db.query<{ what: string }>(
    "select hook || ' ' || status || ' ' || coalesce(error_code, '') as what from confiture.hook_executions order by sequence",
  );
  return rows.map(({ what }) => what.trim());
}

testOnEachVersion("a hook whose time is up is cancelled on the server and leaves nothing", async (version) => {
  await using db = await openTestDatabase({ version, sql: noteTable });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks({ defaults: { errors: "fail_safe" } });
  hooks.register(
    {
      id: "slow",
      on: "before_ddl",
      connection: "migration",
      timeoutMs: 300,
      run: async ({ metadata }) => {
        await metadata.session?.query("insert into noted values ('slow')");
        await metadata.session?.query("select pg_sleep(30)");
      },
    },
    {
      id: "quick",
      on: "before_ddl",
      connection: "migration",
      run: ({ metadata }) => metadata.session?.query("insert into noted values ('quick')"),
    },
  );
  const started = performance.now();
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(outcome.failed).toBeNull();
  expect((await db.query("select what from noted")).rows).toEqual([{ what: "quick" }]);
  expect(await statuses(db)).toEqual(["slow timeout CONFITURE_HOOK_TIMEOUT", "quick completed"]);
  const ended = outcome.hooks.map(({ hook, status, rolledBack }) => [hook, status, rolledBack]);
  expect(ended).toEqual([
    ["slow", "timeout", true],
    ["quick", "completed", false],
  ]);
});

test("a hook that does not end when it is told to ends the transaction, whatever its failures may do", async () => {
  await using db = await openTestDatabase({ sql: noteTable });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks({ defaults: { errors: "fail_safe", graceMs: 100 } });
  let late: unknown;
  hooks.register({
    id: "deaf",
    on: "after_ddl",
    connection: "migration",
    timeoutMs: 100,
    run: async ({ metadata }) => {
      await metadata.session?.query("insert into noted values ('deaf')");
      await new Promise((resolve) => setTimeout(resolve, 600));
      // Behind the rollback this would be for good.
      late = await metadata.session?.query("insert into noted values ('late')").catch((error: Error) => error.message);
    },
  });
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(outcome.failed?.error).toMatchObject({ code: "CONFITURE_HOOK_FAILED", facts: { hook: "deaf" } });
  await expect.poll(() => late).toMatch(/no longer its/);
  expect((await db.query("select what from noted")).rows).toEqual([]);
  expect((await db.query("select to_regclass('t') as t")).rows).toEqual([{ t: null }]);
});

test("a failed attempt is rolled back alone, and the next one starts clean", async () => {
  await using db = await openTestDatabase({ sql: noteTable });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks();
  hooks.register({
    id: "again",
    on: "before_ddl",
    connection: "migration",
    idempotent: true,
    retry: { maxAttempts: 3, initialDelayMs: 1 },
    run: async ({ attempt, metadata }) => {
      await metadata.session?.query("insert into noted values ($1)", [`attempt ${attempt}`]);
      if (attempt < 3) await metadata.session?.query("select 1 / 0");
    },
  });
  expect((await migrate(db, { migrations: folder.path, hooks })).failed).toBeNull();
  expect((await db.query("select what from noted")).rows).toEqual([{ what: "attempt 3" }]);
  expect((await db.query("select attempts, status from confiture.hook_executions")).rows).toEqual([
    { attempts: 3, status: "completed" },
  ]);
});

testOnEachVersion("a replay runs the hooks it rolled back again, and no other", async (version) => {
  await using db = await openTestDatabase({ version, sql: `${noteTable} create table busy (id int);` });
  using folder = migrationsFolder({ "001_busy.up.sql": "alter table busy add column more int;" });
  const ran: string[] = [];
  const hooks = createMigrationHooks();
  const note = (id: string, connection: MigrationHook["connection"]): MigrationHook => ({
    id,
    on: "before_ddl",
    connection,
    run: async ({ metadata }) => {
      ran.push(id);
      await metadata.session?.query("insert into noted values ($1)", [id]);
    },
  });
  hooks.register(note("inside", "migration"), note("own", "own"));
  await using blocker = await db.openSession();
  await blocker.query("begin; lock table busy in access share mode");
  const outcome = await migrate(db, {
    migrations: folder.path,
    hooks,
    lockTimeoutMs: 100,
    onProgress: (event) => {
      if (event.kind === "segment-retried") void blocker.query("rollback");
    },
  });
  expect(outcome.failed).toBeNull();
  expect(ran).toEqual(["own", "inside", "inside"]);
  expect((await db.query("select what from noted order by 1")).rows).toEqual([{ what: "inside" }, { what: "own" }]);
  expect(await statuses(db)).toEqual(["own completed", "inside completed"]);
});

test("a hook that could not have a lock is part of what is tried again", async () => {
  await using db = await openTestDatabase({ sql: `${noteTable} create table busy (id int);` });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks();
  hooks.register({
    id: "locks",
    on: "before_ddl",
    connection: "migration",
    run: ({ metadata }) => metadata.session?.query("lock table busy"),
  });
  await using blocker = await db.openSession();
  await blocker.query("begin; lock table busy in access share mode");
  const outcome = await migrate(db, {
    migrations: folder.path,
    hooks,
    lockTimeoutMs: 100,
    onProgress: (event) => {
      if (event.kind === "segment-retried") void blocker.query("rollback");
    },
  });
  expect(outcome.failed).toBeNull();
  expect(outcome.hooks).toHaveLength(1);
});

test("the search path and the role that a hook sets end with it, and it cannot end the transaction", async () => {
  await using db = await openTestDatabase({ sql: "create schema elsewhere;" });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks({ events: { after_ddl: { errors: "fail_safe" } } });
  hooks.register(
    {
      id: "moves",
      on: "before_ddl",
      connection: "migration",
      run: ({ metadata }) => metadata.session?.query("set search_path = elsewhere; set statement_timeout = 7"),
    },
    {
      id: "commits",
      on: "after_ddl",
      connection: "migration",
      run: ({ metadata }) => metadata.session?.query("commit"),
    },
  );
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(outcome.failed).toBeNull();
  expect((await db.query("select to_regclass('public.t')::text as t")).rows).toEqual([{ t: "t" }]);
  expect(await statuses(db)).toEqual(["moves completed", "commits failed CONFITURE_TRANSACTION_CONTROL"]);
});

test("what the server said of a row is told without the row", async () => {
  await using db = await openTestDatabase({
    sql: "create table people (name text primary key); insert into people values ('Ada');",
  });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks();
  hooks.register({
    id: "inserts",
    on: "after_ddl",
    connection: "migration",
    run: ({ metadata }) => metadata.session?.query("select 'secret-value'::int"),
  });
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(outcome.failed?.error.message).toContain('invalid input syntax for type integer: "…"');
  const { rows } = await db.query("select error_code, error_message from confiture.hook_executions");
  expect(rows).toEqual([{ error_code: "22P02", error_message: 'invalid input syntax for type integer: "…"' }]);
  expect(JSON.stringify(await readEvents(db))).not.toContain("secret-value");
});

test("hooks on connections of their own run side by side, see what is committed, and say how far they are", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks({ events: { after_ddl: { strategy: "parallel" } } });
  const seen: unknown[] = [];
  for (const id of ["one", "two", "three"]) {
    hooks.register({
      id,
      on: "after_ddl",
      connection: "own",
      run: async ({ metadata }) => {
        metadata.report({ done: 1, total: 2, unit: "rows" });
        const found = await metadata.session?.query("select pg_backend_pid() as pid, to_regclass('t')::text as t");
        seen.push(found?.rows[0]);
        await using worker = await metadata.database?.openSession();
        await worker?.query("select 1");
        expect(metadata.environment).toBe("staging");
      },
    });
  }
  const progress: unknown[] = [];
  const outcome = await migrate(db, {
    migrations: folder.path,
    hooks,
    environment: "staging",
    onProgress: (event) => {
      if (event.kind.startsWith("hook-")) progress.push(event);
    },
  });
  expect(outcome.hooks.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
  expect(new Set((seen as { pid: number }[]).map(({ pid }) => pid)).size).toBe(3);
  expect((seen as { t: string }[]).map(({ t }) => t)).toEqual(["t", "t", "t"]);
  expect(progress).toContainEqual({
    kind: "hook-progress",
    event: "after_ddl",
    hook: "two",
    version: "001",
    done: 1,
    total: 2,
    unit: "rows",
  });
});

test("an event that a hook triggers belongs to it: inside its savepoint, and gone with it", async () => {
  await using db = await openTestDatabase({ sql: noteTable });
  using folder = migrationsFolder(files);
  const hooks = createMigrationHooks({ defaults: { errors: "fail_safe" } });
  hooks.register(
    {
      id: "outer",
      on: "after_ddl",
      connection: "migration",
      run: async ({ data, trigger }) => {
        await trigger("cleanup", data);
        throw new Error("and yet");
      },
    },
    {
      id: "inner",
      on: "cleanup",
      connection: "migration",
      run: ({ metadata }) => metadata.session?.query("insert into noted values ('inner')"),
    },
  );
  expect((await migrate(db, { migrations: folder.path, hooks })).failed).toBeNull();
  // Once, at its own moment.
  expect((await db.query("select what from noted")).rows).toEqual([{ what: "inner" }]);
});

test("a migration that isolates its transaction by its own BEGIN has its hooks in it, and one that would be too late is refused", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_t.up.sql": "begin isolation level serializable;\ncreate table t (id int);\ncommit;",
  });
  const hooks = createMigrationHooks();
  const seen: unknown[] = [];
  hooks.register({
    id: "level",
    on: "before_ddl",
    connection: "migration",
    run: async ({ metadata }) => {
      const found = await metadata.session?.query("show transaction_isolation");
      seen.push(...(found?.rows ?? []));
    },
  });
  expect((await migrate(db, { migrations: folder.path, hooks })).failed).toBeNull();
  expect(seen).toEqual([{ transaction_isolation: "serializable" }]);
  folder.write({ "002_u.up.sql": "set transaction isolation level serializable;\ncreate table u (id int);" });
  const { failed } = await migrate(db, { migrations: folder.path, hooks });
  expect(failed?.error).toMatchObject({ code: "CONFITURE_TRANSACTION_CONTROL", at: { line: 1 } });
  // What PostgreSQL itself says of it.
  await expect(db.query("begin; select 1; set transaction isolation level serializable")).rejects.toThrow(
    /must be called before any query/,
  );
  await db.query("rollback");
});

test("a migration that is resumed has its beginning behind it, and its end before it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_t.up.sql": "create table t (id int);\nvacuum t;\nselect 1 / 0;" });
  const ran: string[] = [];
  const hooks = createMigrationHooks();
  for (const on of ["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"] as const) {
    for (const connection of ["migration", "own"] as const)
      hooks.register({ id: `${on} ${connection}`, on, connection, run: () => void ran.push(`${on} ${connection}`) });
  }
  expect((await migrate(db, { migrations: folder.path, hooks })).failed).not.toBeNull();
  expect(ran.splice(0)).toEqual([
    "before_validation own",
    "before_ddl own",
    "before_validation migration",
    "before_ddl migration",
  ]);
  folder.write({ "001_t.up.sql": "create table t (id int);\nvacuum t;\nselect 1;" });
  expect((await resume(db, { migrations: folder.path, hooks })).resumed).toBe("interrupted-run");
  expect(ran).toEqual([
    ...["after_ddl migration", "after_validation migration"],
    ...["after_ddl own", "after_validation own", "cleanup migration", "cleanup own"],
  ]);
});

test("a program in a transaction has its hooks in it, and one outside has them around it", async () => {
  await using db = await openTestDatabase({ sql: noteTable });
  const program = (transaction: boolean) =>
    `export default { transaction: ${transaction}, async up(db) { await db.insertInto("noted").values({ what: "program" }).execute(); } };`;
  using folder = migrationsFolder({ "001_a.ts": program(true), "002_b.ts": program(false) });
  const hooks = createMigrationHooks();
  for (const on of ["before_ddl", "after_ddl"] as const) {
    hooks.register({
      id: on,
      on,
      connection: "migration",
      run: ({ data, metadata }: NotedContext) =>
        metadata.session?.query(
          "insert into noted select $1 || case when now() = statement_timestamp() then '' else ' inside' end",
          [`${"version" in data ? data.version : ""} ${on}`],
        ),
    });
  }
  expect((await migrate(db, { migrations: folder.path, hooks })).failed).toBeNull();
  expect((await db.query<{ what: string }>("select what from noted")).rows.map(({ what }) => what)).toEqual([
    "001 before_ddl inside",
    "program",
    "001 after_ddl inside",
    "002 before_ddl inside",
    "program",
    "002 after_ddl inside",
  ]);
});

describe("is refused when it is registered, with the reason:", () => {
  const nothing = () => undefined;
  const refusals: Record<string, [hooks: () => unknown, message: string]> = {
    "a hook on the migration's connection beside others": [
      () =>
        createMigrationHooks({ events: { before_ddl: { strategy: "parallel" } } }).register({
          id: "a",
          on: "before_ddl",
          connection: "migration",
          run: nothing,
        }),
      "before_ddl: hook a shares the migration's connection, and the event's strategy is parallel",
    ],
    "an alert on the migration's connection": [
      () =>
        createMigrationHooks().register({
          id: "a",
          on: "lock_timeout_exceeded",
          connection: "migration",
          run: nothing,
        }),
      "which is at work when an alert is raised",
    ],
    "a migration's connection where there is none": [
      () => createMigrationHooks().register({ id: "a", on: "after_validate", connection: "migration", run: nothing }),
      "at this moment no migration has one",
    ],
    "one behind COMMIT that one inside would wait for": [
      () =>
        createMigrationHooks().register(
          { id: "a", on: "after_ddl", connection: "own", run: nothing },
          { id: "b", on: "after_ddl", connection: "migration", dependsOn: ["a"], run: nothing },
        ),
      "after_ddl: hook b depends on a, and one of them would need what is not committed: b runs inside the transaction, a behind its COMMIT",
    ],
    "one before BEGIN that would wait for one inside": [
      () =>
        createMigrationHooks().register(
          { id: "a", on: "before_ddl", connection: "migration", run: nothing },
          { id: "b", on: "before_ddl", connection: "none", dependsOn: ["a"], run: nothing },
        ),
      "a runs inside the transaction, b before its BEGIN",
    ],
    "a connection that there is not": [
      () => createMigrationHooks().register({ id: "a", on: "before_ddl", connection: "mine" as never, run: nothing }),
      "`migration`, `own` or `none`",
    ],
  };
  test.each(Object.entries(refusals))("%s", (_, [register, message]) => {
    expect(register).toThrow(message);
  });

  test("and nothing of the same call stays", () => {
    const hooks = createMigrationHooks();
    const wrong = () =>
      hooks.register(
        { id: "right", on: "before_ddl", connection: "own", run: nothing },
        { id: "wrong", on: "before_validate", connection: "migration", run: nothing },
      );
    expect(wrong).toThrow();
    expect(hooks.list()).toEqual([]);
  });
});
