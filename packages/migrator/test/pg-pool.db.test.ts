import { openTestDatabase } from "@confiture/testkit";
import { sql } from "kysely";
import pg from "pg";
import { expect, test } from "vitest";
import { createMigrationHooks, readStatus } from "../src/index.js";
import { kyselyOverSession } from "../src/kysely/index.js";
import { databaseFromPool, migrate, planMigrations, rollback } from "../src/pg/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const files = {
  "001_a.up.sql": "create table a (id int);",
  "001_a.down.sql": "drop table a;",
  "002_i.up.sql": "create index concurrently a_id on a (id);",
  "002_i.down.sql": "drop index a_id;",
};

test("a pg pool of one client is enough, and its client comes back as it was", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  try {
    const source = { migrations: folder.path };
    const settings = async () =>
      (
        await pool.query(
          "select pg_backend_pid() as pid, name, setting from pg_settings where name not like $$plpgsql.%$$ order by name",
        )
      ).rows;
    const before = await settings();
    expect((await planMigrations(pool, "up", source)).migrations.map(({ version }) => version)).toEqual(["001", "002"]);
    expect((await migrate(pool, source)).applied).toHaveLength(2);
    expect((await readStatus(databaseFromPool(pool), source)).pending).toEqual([]);
    expect((await rollback(pool, { ...source, steps: 2 })).applied).toHaveLength(2);
    expect(await settings()).toEqual(before);
    expect(
      (
        await pool.query(
          "select count(*)::int as locks from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
        )
      ).rows,
    ).toEqual([{ locks: 0 }]);
  } finally {
    await pool.end();
  }
});

test("an aborted run gives the pool a client that is not inside a transaction", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();\nselect pg_sleep(30);" });
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  try {
    const started = performance.now();
    const outcome = await migrate(pool, { migrations: folder.path, signal: AbortSignal.timeout(300) });
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(outcome.failed?.error.code).toBe("CONFITURE_CANCELLED");
    const { rows } = await pool.query("select now() = statement_timestamp() as outside, to_regclass('a') as a");
    expect(rows).toEqual([{ outside: true, a: null }]);
  } finally {
    await pool.end();
  }
});

test("a custom setting that a migration made does not reach those who use the pool behind it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "set my.tenant = 'x';\ncreate table a ();" });
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  try {
    expect((await migrate(pool, { migrations: folder.path })).failed).toBeNull();
    expect((await pool.query("select current_setting('my.tenant', true) as tenant")).rows).toEqual([{ tenant: null }]);
  } finally {
    await pool.end();
  }
});

test("Kysely runs over a session, and its transactions are the session's", async () => {
  await using db = await openTestDatabase({ sql: "create table a (id int);" });
  await using session = await db.openSession();
  const kysely = kyselyOverSession(session);
  await kysely.transaction().execute((inner) => sql`insert into a values (1)`.execute(inner));
  await expect(
    kysely.transaction().execute(async (inner) => {
      await sql`insert into a values (2)`.execute(inner);
      throw new Error("changed my mind");
    }),
  ).rejects.toThrow("changed my mind");
  expect((await sql<{ id: number }>`select id from a`.execute(kysely)).rows).toEqual([{ id: 1 }]);
});

test("a hook with a connection of its own does not wait for the one client of a pool, which the run has", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(files);
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  try {
    const hooks = createMigrationHooks();
    hooks.register({
      id: "own",
      on: "after_ddl",
      connection: "own",
      timeoutMs: 5_000,
      run: async ({ metadata }) => {
        await metadata.session?.query("select count(*) from a");
        await using worker = await metadata.database?.openSession();
        await worker?.query("select 1");
      },
    });
    const outcome = await migrate(pool, { migrations: folder.path, hooks });
    expect(outcome.hooks.map(({ status }) => status)).toEqual(["completed", "completed"]);
  } finally {
    await pool.end();
  }
});
