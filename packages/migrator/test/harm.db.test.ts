import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, readStatus } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

test("a role set in a file does not write the record, and is gone behind the file", async () => {
  await using db = await openTestDatabase();
  const role = `app_${process.pid}`;
  await db.query(`create role ${role}; grant create on schema public to ${role}`);
  using folder = migrationsFolder({
    "001_a.up.sql": `set role ${role};\ncreate table mine ();`,
    "002_b.up.sql": "create table ours ();",
  });
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.failed).toBeNull();
  const { rows } = await db.query(
    "select relname::text, pg_get_userbyid(relowner) = $1 as his from pg_class where relname in ('mine', 'ours') order by 1",
    [role],
  );
  expect(rows).toEqual([
    { relname: "mine", his: true },
    { relname: "ours", his: false },
  ]);
  await db.query(`drop owned by ${role}; drop role ${role}`);
});

test("SET LOCAL ROLE and SET SESSION AUTHORIZATION do no harm either", async () => {
  await using db = await openTestDatabase();
  const role = `app2_${process.pid}`;
  await db.query(`create role ${role}; grant create on schema public to ${role}`);
  using folder = migrationsFolder({
    "001_a.up.sql": `set local role ${role};\ncreate table mine ();`,
    "002_b.up.sql": `set session authorization ${role};\ncreate table his ();`,
    "003_c.up.sql": "create table ours ();",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  await db.query(`drop owned by ${role}; drop role ${role}`);
});

test("audit triggers and row level security on all tables reach ours too, and the record stays whole", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({
    "001_everywhere.up.sql": `
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no %', new.tenant_id; end $$;
      do $$
      declare r record;
      begin
        for r in select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') loop
          execute format('alter table %I.%I enable row level security, force row level security', r.schemaname, r.tablename);
          execute format('create trigger audit before insert on %I.%I for each row execute function refuse()', r.schemaname, r.tablename);
        end loop;
      end $$;`,
    "002_after.up.sql": "create table after_it ();",
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect((await readStatus(db, { migrations: folder.path })).applied).toHaveLength(2);
});

test("a file that begins like one of pg_dump does not take our lock_timeout away", async () => {
  await using db = await openTestDatabase({ sql: "create table t (id int);" });
  using folder = migrationsFolder({
    "001_dump.up.sql":
      "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\nALTER TABLE public.t ADD COLUMN note text;",
  });
  await using holder = await db.openSession();
  await holder.query("begin; select * from t");
  const outcome = await migrate(db, { migrations: folder.path, lockTimeoutMs: 200, lockRetryMs: 0 });
  expect(outcome.failed?.error.code).toBe("CONFITURE_LOCK_TIMEOUT");
});

test("the session is given back with the settings it had", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "set work_mem = '7MB';\nset search_path = pg_catalog;\ncreate table public.a ();",
  });
  await using session = await db.openSession();
  await session.query("set work_mem = '5MB'; set statement_timeout = '9s'; set synchronous_commit = on");
  const shared = {
    ...db,
    openSession: async () => ({ ...bound(session), [Symbol.asyncDispose]: async () => undefined }),
    detectPooler: undefined,
    observeLocks: undefined,
  };
  expect((await migrate(shared as never, { migrations: folder.path })).failed).toBeNull();
  const { rows } = await session.query(
    "select current_setting('work_mem') as work_mem, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('search_path') as path, current_setting('synchronous_commit') as sync",
  );
  expect(rows).toEqual([{ work_mem: "5MB", statement: "9s", lock: "0", path: '"$user", public', sync: "on" }]);
});

test("names with spaces, quotes and unicode do no harm, in files and in SQL", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    '001 it\'s; drop table "x" — ünï.up.sql':
      'create schema "my app"; create table "my app"."ordér; drop" ("a b" int);',
  });
  expect((await migrate(db, { migrations: folder.path, ownSchema: "our 'own' \"tables\"" })).failed).toBeNull();
  expect((await readStatus(db, { migrations: folder.path, ownSchema: "our 'own' \"tables\"" })).pending).toEqual([]);
});

test("the past cannot be edited", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  await migrate(db, { migrations: folder.path });
  await expect(db.query("delete from confiture.events")).rejects.toThrow(/append-only/);
  await expect(db.query("update confiture.events set actor = 'nobody'")).rejects.toThrow(/append-only/);
});

test("hundreds of files are a chain like any other", async () => {
  await using db = await openTestDatabase();
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`${index + 1}_t.up.sql`, `create table t${index + 1} (id int);`]),
  );
  using folder = migrationsFolder(files);
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.applied.map(({ version }) => Number(version))).toEqual(
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

function bound<T extends object>(session: T): T {
  return new Proxy(session, {
    get: (target, key) => {
      const value = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
