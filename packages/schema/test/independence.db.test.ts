import { catalogHash, compareCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "./one-of-everything.js";

/** Constants that PostgreSQL prints as the session's settings say. */
const spelledBySettings = `
  create schema "Odd";
  create table "Odd"."Select" (
    at timestamptz default '2024-02-01 12:00:00.5+02',
    born date default '2024-02-01',
    every interval default '1 year 2 days 03:04:05',
    share double precision default 0.1::double precision + 1e-17,
    raw bytea default '\\x00ff'::bytea,
    price money default 12.34::numeric::money,
    note text default E'back\\\\slash and ''quote''',
    doc xml check (doc is document)
  );
  create table "Odd".days (day timestamptz not null) partition by range (day);
  create table "Odd".days_2024 partition of "Odd".days for values from ('2024-01-01 00:00+00') to ('2025-01-01 00:00+00');
  create view "Odd".relations as select relname, 'a\\b' as path, '1 day'::interval as every from pg_class;
  create function "Odd".now_plus(interval default '1 mon') returns timestamptz language sql stable
    set search_path = 'Odd', pg_catalog as 'select now() + $1';`;

const settings = [
  'set search_path = "Odd", public',
  "set search_path = ''",
  "set datestyle = 'SQL, DMY'",
  "set datestyle = 'German'",
  "set intervalstyle = 'iso_8601'",
  "set timezone = 'Asia/Kathmandu'",
  "set quote_all_identifiers = on",
  "set extra_float_digits = -3",
  "set bytea_output = 'escape'",
  "set standard_conforming_strings = off; set escape_string_warning = off",
  "set xmloption = document",
  "set default_transaction_isolation = 'serializable'; set default_transaction_read_only = on",
  "set default_transaction_deferrable = on",
  "set enable_hashjoin = off; set enable_nestloop = off; set enable_seqscan = off; set jit = on",
  "set row_security = off",
  "set client_min_messages = error",
  'create temp table pg_class (n integer); create temp table "Select" (n integer); create temp view pg_namespace as select 1',
  "create temp table pg_type (n integer); set search_path = pg_temp, pg_catalog",
];

testOnEachVersion("a session's settings and temporary objects change nothing in what is read", async (version) => {
  await using db = await openTestDatabase({ version, sql: spelledBySettings });
  const plain = await readCatalog(db);
  for (const setting of settings) {
    await using session = await db.openSession();
    await session.query(setting);
    expect(await readCatalog(session), setting).toEqual(plain);
    await session.query("begin");
    expect(await readCatalog(session, { insideTransaction: true }), setting).toEqual(plain);
    await session.query("rollback");
  }
});

testOnEachVersion("a role that may do nothing reads what a superuser reads", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(oneOfEverything(version));
  await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(db) };
  const full = await readCatalog(db);
  await using session = await db.openSession();
  await session.query('set role "Confiture Reader"');
  const seen = await readCatalog(session);
  // What it may not see on PostgreSQL 13 is the usual here, and it says that it did not look.
  const mappings = full.userMappings.map(({ name, role, server }) => ({ name, role, server }));
  expect({ ...seen, unsupported: [] }).toEqual({ ...full, userMappings: mappings });
  expect(compareCatalogs(seen, full)).toEqual([]);
  expect(compareCatalogs(full, seen)).toEqual([]);
  expect([...seen.unsupported].sort((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1))).toEqual([
    ...(version < 14 ? [{ kind: "subscription settings", name: "news" }] : []),
    ...mappings.map(({ name }) => ({ kind: "user mapping options", name })),
  ]);
  await session.query("begin isolation level repeatable read");
  expect(await readCatalog(session, { insideTransaction: true })).toEqual(seen);
  await session.query("rollback");
});

const statements = [
  "create schema a",
  "create type a.mood as enum ('calm', 'busy')",
  "create table a.one (id integer primary key, m a.mood)",
  "create table a.two (id integer primary key, one integer)",
  "create table a.three (id integer primary key)",
  "create index two_one on a.two (one)",
  "alter table a.two add constraint two_one_fkey foreign key (one) references a.one",
  "create view a.both as select one.id, two.one from a.one join a.two using (id)",
  "create function a.f(integer) returns integer language sql as 'select 1'",
  "create function a.f(text) returns integer language sql as 'select 1'",
  "create function a.touch() returns trigger language plpgsql as 'begin return new; end'",
  "create trigger touch after insert on a.one for each row execute function a.touch()",
  "create publication p for table a.two, a.one",
  "grant select on a.one to pg_read_all_settings",
  "grant insert on a.one to public",
  "grant update on a.one to pg_read_all_settings",
  "alter table a.one set (fillfactor = 70)",
  "alter table a.one set (autovacuum_enabled = off)",
  "create policy p on a.one to pg_monitor, pg_read_all_settings",
  "comment on table a.two is 'Two'",
  "comment on table a.one is 'One'",
  "alter default privileges for role pg_monitor in schema a grant select on tables to pg_read_all_stats",
  "alter default privileges for role pg_monitor in schema a grant insert on tables to pg_read_all_stats",
];

/** Runs all of them, whichever happens to be possible next. */
async function runInOrder(db: TestDatabase, order: readonly string[]): Promise<void> {
  let waiting = [...order];
  while (waiting.length > 0) {
    const failed: string[] = [];
    for (const statement of waiting) await db.query(statement).catch(() => failed.push(statement));
    if (failed.length === waiting.length) throw new Error(`none of these works: ${failed.join("; ")}`);
    waiting = failed;
  }
}

test("the order in which objects were made, and their oids, change nothing", async () => {
  await using forward = await openTestDatabase();
  await using backward = await openTestDatabase();
  await backward.query(
    "create table passing (n integer); drop table passing; create schema passing; drop schema passing",
  );
  await runInOrder(forward, statements);
  await runInOrder(backward, [...statements].reverse());
  const [one, other] = [await readCatalog(forward), await readCatalog(backward)];
  expect(compareCatalogs(one, other)).toEqual([]);
  expect(one).toEqual(other);
  expect(catalogHash(one)).toBe(catalogHash(other));
});

test("extensions are there, what they brought is not, and what was added to their functions' grants is", async () => {
  await using db = await openTestDatabase();
  const before = await readCatalog(db);
  await db.query(
    "create extension hstore; create extension pg_trgm; create extension file_fdw; create extension btree_gist",
  );
  const catalog = await readCatalog(db);
  const names = ["btree_gist", "file_fdw", "hstore", "pg_trgm", "plpgsql"];
  expect(catalog.extensions.map(({ name }) => name)).toEqual(names);
  const { extensions, comments, dependencies } = before;
  const withoutExtensions = { ...catalog, extensions, comments, dependencies };
  expect(withoutExtensions).toEqual(before);
  expect(catalog.comments.map(({ name }) => name)).toEqual(names.slice(0, 4).map((name) => `extension ${name}`));
  await db.query("revoke execute on function hstore(text, text) from public");
  expect(compareCatalogs(catalog, await readCatalog(db))).toMatchObject([
    { change: "added", name: "function public.hstore(text,text) to PUBLIC" },
  ]);
});
