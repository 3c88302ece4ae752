import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

const setUp = "create schema a; create table a.t (id int primary key, d timestamptz default '2024-01-01 12:00+00')";

testOnEachVersion("search path, settings and isolation are what they were after a read", async (version) => {
  await using db = await openTestDatabase({ version, sql: setUp });
  await using session = await db.openSession();
  await session.query(
    "set search_path = a, public; set datestyle = 'SQL, DMY'; set default_transaction_isolation = 'serializable'",
  );
  const shown = async () =>
    (
      await session.query(
        `select current_setting('search_path') as path, current_setting('datestyle') as style,
                current_setting('timezone') as zone, current_setting('jit') as jit, now() = statement_timestamp() as outside`,
      )
    ).rows;
  const before = await shown();
  const catalog = await readCatalog(session);
  expect(await shown()).toEqual(before);
  expect(catalog.columns.map(({ default: text }) => text)).toContain(
    "'2024-01-01 12:00:00+00'::timestamp with time zone",
  );
});

testOnEachVersion("inside the caller's transaction its own changes are seen, and stay its own", async (version) => {
  await using db = await openTestDatabase({ version, sql: setUp });
  await using session = await db.openSession();
  for (const isolation of ["read committed", "repeatable read"]) {
    await session.query(
      `begin isolation level ${isolation}; set local search_path = a; create index pending on t (d); insert into t values (1)`,
    );
    const catalog = await readCatalog(session, { insideTransaction: true });
    expect(catalog.indexes.map(({ name }) => name)).toEqual(["a.pending", "a.t_pkey"]);
    const { rows } = await session.query(
      "select current_setting('search_path') as path, (select count(*)::int from t) as rows",
    );
    expect(rows).toEqual([{ path: "a", rows: 1 }]);
    await session.query("rollback");
  }
  expect((await readCatalog(session)).indexes).toHaveLength(1);
});

testOnEachVersion("schemas that are excluded are not there, nor anything in them or on it", async (version) => {
  await using db = await openTestDatabase({ version, sql: setUp });
  const before = await readCatalog(db);
  await db.query(`
    create schema "o'dd";
    create type "o'dd".mood as enum ('calm');
    create domain "o'dd".small as integer constraint under_ten check (value < 10);
    create sequence "o'dd".numbers;
    create table "o'dd".t (id integer primary key, e a.t, m "o'dd".mood, check (id > 0));
    create index on "o'dd".t (m);
    create view "o'dd".v as select id from a.t;
    create function "o'dd".touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touch after insert on "o'dd".t for each row execute function "o'dd".touch();
    create policy p on "o'dd".t;
    create rule r as on delete to "o'dd".t do instead nothing;
    create statistics "o'dd".s on id, m from "o'dd".t;
    create collation "o'dd".c (locale = 'C');
    create text search configuration "o'dd".words (copy = simple);
    grant select on "o'dd".t to public;
    grant select (id) on "o'dd".t to public;
    grant usage on schema "o'dd" to public;
    grant usage on sequence "o'dd".numbers to public;
    alter default privileges in schema "o'dd" grant select on tables to public`);
  const on = [
    "schema X",
    "type X.mood",
    "domain X.small",
    "constraint under_ten on domain X.small",
    "table X.t",
    "column X.t.id",
    "constraint t_pkey on X.t",
    "index X.t_m_idx",
    "view X.v",
    "function X.touch()",
    "trigger touch on X.t",
    "policy p on X.t",
    "rule r on X.t",
    "statistics X.s",
    "collation X.c",
    "text search configuration X.words",
  ];
  for (const name of on) await db.query(`comment on ${name.replace("X", `"o'dd"`)} is 'said'`);
  expect(await readCatalog(db, { exclude: ["o'dd"] })).toEqual(before);
  const all = await readCatalog(db);
  expect(all.comments).toHaveLength(on.length);
  const a = await readCatalog(db, { exclude: ["a", "public", "not there"] });
  expect(new Set(Object.values(a).flatMap((entries) => (Array.isArray(entries) ? entries.map(schemaOf) : [])))).toEqual(
    new Set(['"o\'dd"', undefined, "pg_catalog"]),
  );
});

/** Extensions say where they are too. */
function schemaOf(entry: { readonly schema?: string }): string | undefined {
  return entry.schema;
}

test("temporary tables are nobody's schema", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query(
    "create temp table pg_class (n int); create temp view v as select 1; comment on table pg_temp.pg_class is 'x'",
  );
  const catalog = await readCatalog(session);
  expect(catalog.tables.map(({ name }) => name)).toEqual(["a.t"]);
  expect([...catalog.views, ...catalog.comments, ...catalog.unsupported]).toEqual([]);
});

test("what is there and not modelled is listed", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query("select lo_create(0)");
  await session.query(
    "do $$ begin execute format('alter database %I set work_mem = ''8MB''', current_database()); end $$",
  );
  const { unsupported } = await readCatalog(session);
  expect(unsupported).toEqual([
    { kind: "large objects", name: "1" },
    { kind: "database setting", name: "work_mem" },
  ]);
});

test("what somebody put into the system's own schemas and operator families is listed", async () => {
  await using db = await openTestDatabase();
  await db.query(`
    set allow_system_table_mods = on;
    create table pg_catalog.smuggled (n integer primary key);
    create function pg_catalog.smuggle() returns integer language sql as 'select 1';
    create text search dictionary pg_catalog.smuggled (template = simple);
    create domain information_schema.smuggled as integer;
    create operator public.<~ (leftarg = integer, rightarg = smallint, function = int42lt);
    alter operator family pg_catalog.box_ops using gist add operator 90 public.<~ (integer, smallint)`);
  const { unsupported } = await readCatalog(db);
  expect(unsupported.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "type information_schema.smuggled",
    "operator of access method operator 90 (integer, smallint) of pg_catalog.box_ops USING gist",
    "function pg_catalog.smuggle()",
    "table pg_catalog.smuggled",
    "text search dictionary pg_catalog.smuggled",
  ]);
});

test("a server older than 13 or newer than 18 is refused by name", async () => {
  for (const number of ["120017", "190000"]) {
    const session = { query: async <Row>() => ({ rows: [{ number }] as Row[], rowCount: 1 }) };
    await expect(readCatalog(session)).rejects.toMatchObject({ code: "CONFITURE_SERVER_VERSION" });
  }
});
