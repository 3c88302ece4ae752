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

test("a read that fails inside the caller's transaction leaves it usable", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query("begin; set local search_path = a; insert into t values (1)");
  const failing = {
    query: <Row>(text: string, values?: readonly unknown[]) =>
      session.query<Row>(text.includes("pg_get_viewdef") ? "select 1 / 0" : text, values),
  };
  await expect(readCatalog(failing, { insideTransaction: true })).rejects.toThrow("division by zero");
  const { rows } = await session.query("select count(*)::int as n, current_setting('search_path') as path from t");
  expect(rows).toEqual([{ n: 1, path: "a" }]);
  await session.query("commit");
});

test("schemas that are excluded are not there, nor are their parts, comments and grants", async () => {
  await using db = await openTestDatabase({
    sql: `${setUp}; create schema "o'dd"; create table "o'dd".t (id int primary key, e a.t);
      comment on column "o'dd".t.id is 'x'; comment on constraint t_pkey on "o'dd".t is 'x';
      comment on schema "o'dd" is 'x'; grant select on "o'dd".t to public`,
  });
  await using session = await db.openSession();
  const catalog = await readCatalog(session, { exclude: ["o'dd"] });
  expect(JSON.stringify(catalog)).not.toContain("o'dd");
  expect(JSON.stringify(await readCatalog(session))).toContain("o'dd");
});

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

test("a server older than 13 or newer than 18 is refused by name", async () => {
  for (const number of ["120017", "190000"]) {
    const session = { query: async <Row>() => ({ rows: [{ number }] as Row[], rowCount: 1 }) };
    await expect(readCatalog(session)).rejects.toMatchObject({ code: "CONFITURE_SERVER_VERSION" });
  }
});
