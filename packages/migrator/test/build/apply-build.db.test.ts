import { isConfitureError } from "@confiture/model";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { applyBuild } from "../../src/build/apply-build.js";
import { type ApplyBuildOptions, applyScript } from "../../src/build/apply-script.js";
import { buildSchema } from "../../src/build/build-schema.js";
import { memoryFiles } from "./memory-files.js";

type Files = Readonly<Record<string, string>>;

const build = (files: Files) => buildSchema({ root: "/p", loadOrder: ["db"], fileSystem: memoryFiles(files) });

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (caught: unknown) => caught,
  );
  if (!isConfitureError(error)) throw error;
  const at = error.at === undefined ? "" : ` ${error.at.file}:${error.at.line}:${error.at.column}`;
  return `${error.code}${at} ${error.message} | ${error.hint} ${JSON.stringify(error.facts)}`;
}

/** Builds the files in a fresh database, and says what is there afterwards. */
async function tryBuild(files: Files, options?: ApplyBuildOptions) {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  const failure = await failureOf(applyBuild(session, await build(files), options)).catch((error: unknown) =>
    String(error),
  );
  const { rows } = await session.query<{ name: string }>(
    "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  return { failure, tables: rows.map(({ name }) => name) };
}

testOnEachVersion("a schema of several files is built in one transaction", async (version) => {
  await using db = await openTestDatabase({ version });
  await using session = await db.openSession();
  const events: string[] = [];
  const outcome = await applyBuild(
    session,
    await build({
      "db/1.sql": "create type mood as enum ('ok');\nalter type mood add value 'fine';",
      "db/2.sql": "create table a (id int primary key, mood mood default 'fine');",
      "db/3.sql": "copy a (id) from stdin;\n1\n2\n\\.\n",
    }),
    { onProgress: ({ kind, file }) => events.push(`${kind} ${file}`) },
  );
  expect(outcome).toMatchObject({ files: 3, statements: 4 });
  // Up to PostgreSQL 16, a new value of an enum needs a commit even when the enum itself is new.
  expect(outcome.commits.map(({ at, where }) => `${where} ${at.file}:${at.line}`)).toEqual(
    version < 17 ? ["behind db/1.sql:2"] : [],
  );
  expect(events.slice(0, 3)).toEqual(["file-started db/1.sql", "file-finished db/1.sql", "file-started db/2.sql"]);
  const { rows } = await session.query("select id, mood from a order by id");
  expect(rows).toEqual([
    { id: 1, mood: "fine" },
    { id: 2, mood: "fine" },
  ]);
});

test("what one file sets is undone before the next", async () => {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  await applyBuild(
    session,
    await build({
      "db/1.sql":
        "create role dump_owner;\nselect pg_catalog.set_config('search_path', '', false);\nset role dump_owner;",
      "db/2.sql":
        "set local check_function_bodies = off;\ncreate table a (id int);\ncreate schema s;\nset search_path = s;",
      "db/3.sql": "create table b (id int);",
    }),
  );
  const { rows } = await session.query(
    "select relname::text, pg_get_userbyid(relowner) = session_user as ours, relnamespace::regnamespace::text as schema from pg_class where relname in ('a', 'b') order by 1",
  );
  expect(rows).toEqual([
    { relname: "a", ours: true, schema: "public" },
    { relname: "b", ours: true, schema: "public" },
  ]);
  const path = await session.query<{ search_path: string }>("show search_path");
  expect(path.rows[0]?.search_path).toBe('"$user", public');
  await session.query("drop role dump_owner");
});

describe("a build that fails leaves nothing, and names the place", () => {
  test("of what the server names inside a statement", async () => {
    const { failure, tables } = await tryBuild({
      "db/1.sql": "create table a (id int);",
      "db/2.sql": "-- a comment\ncreate table b (id int);\n\ncreate view v as\n  select id,\n    missing\n  from a;",
    });
    expect(failure).toContain("CONFITURE_STATEMENT_FAILED db/2.sql:6:5");
    expect(failure).toContain('"sqlState":"42703"');
    expect(failure).toContain("Everything was rolled back.");
    expect(tables).toEqual([]);
  });

  test("of a statement in which the server names no place, and without the values of a row", async () => {
    const { failure } = await tryBuild({
      "db/1.sql":
        "create table a (id int primary key, secret text);\n  insert into a values (1, 'hunter2'), (1, 'hunter2');",
    });
    expect(failure).toContain("CONFITURE_STATEMENT_FAILED db/1.sql:2:3");
    expect(failure).not.toContain("hunter2");
    expect(failure).toContain('"constraint":"a_pkey"');
  });

  test("of a constraint that is checked at the end", async () => {
    const { failure, tables } = await tryBuild({
      "db/1.sql":
        "create table a (id int primary key);\ncreate table b (a int references a deferrable initially deferred);\ninsert into b values (1);",
    });
    expect(failure).toContain("CONFITURE_STATEMENT_FAILED db/1.sql:3:1");
    expect(tables).toEqual([]);
  });

  test("also when COPY data does not fit", async () => {
    const { failure } = await tryBuild({ "db/1.sql": "create table a (id int);\ncopy a from stdin;\nx\n\\.\n" });
    expect(failure).toContain("CONFITURE_STATEMENT_FAILED db/1.sql:2:1");
  });
});

test("every syntax error and psql command of every file is listed before anything runs", async () => {
  const { failure, tables } = await tryBuild({
    "db/1.sql": "create table a (id int);\ncreate tabel b (id int);\nselect 1;",
    "db/2.sql": "selec 1;\n\\i other.sql\n",
  });
  expect(failure).toContain("CONFITURE_SQL_SYNTAX db/1.sql:2:8");
  expect(failure).toContain("db/2.sql:1:1");
  expect(failure).toContain("db/2.sql:2:1 `\\i` is a command of psql");
  expect(tables).toEqual([]);
});

test("the \\restrict lines of pg_dump do no harm", async () => {
  const { tables } = await tryBuild({ "db/1.sql": "\\restrict abc\ncreate table a (id int);\n\\unrestrict abc\n" });
  expect(tables).toEqual(["a"]);
});

test("BEGIN and COMMIT of a file do not end the build's transaction; ROLLBACK is refused", async () => {
  const both = await tryBuild({ "db/1.sql": "begin;\ncreate table a (id int);\ncommit;", "db/2.sql": "select 1/0;" });
  expect(both.failure).toContain("CONFITURE_STATEMENT_FAILED db/2.sql:1:1");
  expect(both.tables).toEqual([]);
  const { failure } = await tryBuild({ "db/1.sql": "begin;\ncreate table a (id int);\nrollback;" });
  expect(failure).toContain("CONFITURE_TRANSACTION_CONTROL db/1.sql:3:1");
});

test("a statement that runs alone commits what is before it, and everybody is told", async () => {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  const files = {
    "db/1.sql": "create table a (id int);\ncreate index concurrently a_id on a (id);\ncreate table b (id int);",
  };
  const outcome = await applyBuild(session, await build(files));
  expect(outcome.commits.map(({ at }) => `${at.file}:${at.line}`)).toEqual(["db/1.sql:2"]);
  const { failure, tables } = await tryBuild({ ...files, "db/2.sql": "select 1/0;" });
  expect(failure).toContain("What stands above db/1.sql:2 had to be committed and stays");
  expect(tables).toEqual(["a"]);
});

test("a database that is not empty is refused, naming what is there", async () => {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  await session.query(
    "create extension citext; create schema confiture; create table confiture.migrations (); create table t ()",
  );
  const script = await build({ "db/1.sql": "create table a (id int);" });
  expect(await failureOf(applyBuild(session, script))).toContain(
    "CONFITURE_NOT_EMPTY The database is not empty: it has table public.t.",
  );
  await session.query("drop table t");
  await applyBuild(session, script);
  expect(await failureOf(applyBuild(session, script))).toContain("table public.a");
  await applyScript(session, "create table b ();", { allowNonEmpty: true });
});

test("files can ask for the settings given, and the session has them no longer afterwards", async () => {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  const script = await build({
    "db/1.sql": "set work_mem = '8MB';",
    "db/2.sql":
      "create table a as select current_setting('confiture.seed_rows')::int as n, current_setting('work_mem') as memory;",
  });
  await applyBuild(session, script, { settings: { "confiture.seed_rows": "42", work_mem: "5MB" } });
  const { rows } = await session.query("select * from a");
  expect(rows).toEqual([{ n: 42, memory: "5MB" }]);
  const after = await session.query<{ memory: string; rows: string | null }>(
    "select current_setting('work_mem') as memory, nullif(current_setting('confiture.seed_rows', true), '') as rows",
  );
  expect(after.rows).toEqual([{ memory: "4MB", rows: null }]);
});

test("files that use what later files make are sorted by what they need", async () => {
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  const files = {
    "db/a_view.sql": "create view orders_open as select * from orders where is_open(state);",
    "db/b_function.sql":
      "create function is_open(state order_state) returns boolean language sql as $$ select state <> 'done' $$;",
    "db/c_table.sql": "create table orders (id int primary key, customer int references customers, state order_state);",
    "db/d_customers.sql": "create table customers (id int primary key);",
    "db/e_type.sql": "create type order_state as enum ('new', 'done');",
    "db/f_seed.sql": "insert into customers values (1);",
  };
  const sorted = await buildSchema({
    root: "/p",
    loadOrder: ["db"],
    order: "dependencies",
    fileSystem: memoryFiles(files),
  });
  await applyBuild(session, sorted);
  expect(await failureOf(applyBuild(session, await build(files), { allowNonEmpty: true }))).toContain("db/a_view.sql");
});

test("two files that reference each other are refused with the circle", async () => {
  const files = {
    "db/a.sql": "create table a (id int primary key, b int references b);",
    "db/b.sql": "create table b (id int primary key, a int references a);",
  };
  const sorted = buildSchema({ root: "/p", loadOrder: ["db"], order: "dependencies", fileSystem: memoryFiles(files) });
  expect(await failureOf(sorted)).toContain("db/a.sql → db/b.sql → db/a.sql");
});
