import { compareObservations, type ObservedObject, observeSchema } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "../one-of-everything.js";

describeEachVersion("the second observer, on a database with one of everything", (version) => {
  let db: TestDatabase;
  let observed: readonly ObservedObject[];
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    observed = await observeSchema(db);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });
  const object = (kind: string, identity: string) =>
    observed.find((candidate) => candidate.kind === kind && candidate.identity === identity)?.facts;

  test("names nothing twice, and holds no secret", () => {
    const names = observed.map(({ kind, identity }) => `${kind} ${identity}`);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.stringify(observed)).not.toContain("hunter2");
    expect(object("server", "far_away")?.srvoptions).toBe('["host=example", "password=(not looked at)"]');
  });

  test("sees the same where the same was built again", async () => {
    await using again = await openTestDatabase({ version });
    await again.query("create schema padding; create table padding.t (n int); drop schema padding cascade");
    await again.query(oneOfEverything(version));
    await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(again) };
    expect(compareObservations(observed, await observeSchema(again), { columnOrder: true })).toEqual([]);
  });

  test("sees partitions with what is their own", () => {
    expect(object("table", "shop.orders_2024")).toMatchObject({ parents: '["shop.orders"]', relispartition: "true" });
    expect(object("table column", "shop.orders_2024.status")?.["default or expression"]).toBe("'paid'::shop.status");
    expect(object("trigger", "touch_orders on shop.orders_2024")).toMatchObject({ tgenabled: "D" });
    expect(object("index", "shop.orders_2024_customer_id_idx")?.parents).toBe('["shop.orders_customer"]');
    expect(object("index", "shop.orders_waiting")?.indisvalid).toBe("false");
  });

  test("sees the order of columns as a fact of the table alone", async () => {
    expect(object("table", "spare.plain")?.["column order"]).toBe('["a", "b", "c"]');
    await db.query("begin; alter table spare.plain drop column a cascade, add column a integer");
    const changed = await observeSchema(db);
    await db.query("rollback");
    const differences = compareObservations(observed, changed, { columnOrder: true });
    const moved = { fact: "column order", before: '["a", "b", "c"]', after: '["b", "c", "a"]' };
    expect(differences).toContainEqual({ kind: "table", identity: "spare.plain", change: "changed", facts: [moved] });
    expect(compareObservations(observed, changed).map(({ identity }) => identity)).not.toContain("spare.plain");
  });

  test("leaves out owners and grants where they do not count", async () => {
    await db.query(`begin;
      alter table spare.loose owner to confiture_app; grant select on spare.base to confiture_app;
      grant select on pg_authid to confiture_app; alter default privileges in schema spare grant select on tables to public`);
    const changed = await observeSchema(db);
    await db.query("rollback");
    const named = (options: object) => compareObservations(observed, changed, options).map(({ kind }) => kind);
    expect(named({}).sort()).toEqual(["default acl", "table", "table", "table", "type"]);
    expect(named({ ignoreOwners: true }).sort()).toEqual(["default acl", "table", "table"]);
    expect(named({ ignoreOwners: true, ignoreGrants: true })).toEqual([]);
  });

  test("sees the same through a role that may do nothing, and says what it could not read", async () => {
    await using session = await db.openSession();
    await session.query('set role "Confiture Reader"');
    const differences = compareObservations(observed, await observeSchema(session));
    const unread = differences.flatMap(({ facts }) => facts.filter(({ after }) => after !== "(not readable)"));
    expect(unread).toEqual([]);
    expect(differences.filter(({ kind }) => kind !== "subscription")).toEqual([]);
  });
});

const spelledBySettings = `
  create table at_times (at timestamptz default '2024-02-01 12:00:00.5+02', every interval default '1 year 2 days',
    share double precision default 1e-17, raw bytea default '\\x00ff', "Order" text default E'a\\\\b');
  create view relations as select relname, 'a\\b' as path from pg_class`;

testOnEachVersion(
  "the second observer is not led by the session's settings, and leaves them alone",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: spelledBySettings });
    const plain = await observeSchema(db);
    for (const setting of [
      "set search_path = ''",
      "set datestyle = 'German'; set intervalstyle = 'iso_8601'; set timezone = 'Asia/Kathmandu'",
      "set quote_all_identifiers = on; set bytea_output = 'escape'; set extra_float_digits = -3",
      "set standard_conforming_strings = off; set escape_string_warning = off",
      "create temp table pg_class (n integer); create temp view pg_type as select 1; set search_path = pg_temp, pg_catalog",
    ]) {
      await using session = await db.openSession();
      await session.query(setting);
      const before = await settingsOf(session);
      expect(compareObservations(plain, await observeSchema(session)), setting).toEqual([]);
      expect(await settingsOf(session)).toEqual(before);
    }
  },
);

async function settingsOf(session: Pick<TestDatabase, "query">): Promise<unknown> {
  const { rows } = await session.query(
    "select name, setting from pg_catalog.pg_settings where name not like 'transaction%' order by name",
  );
  return rows;
}

testOnEachVersion("the second observer stays in the transaction it finds, also when it fails", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query("begin; create table made_inside (n integer)");
  expect((await observeSchema(db)).map(({ identity }) => identity)).toContain("made_inside.n".replace(/^/, "public."));
  await db.query("set local statement_timeout = 1");
  await observeSchema(db).catch(() => undefined);
  await db.query("set local statement_timeout = 0");
  await db.query("insert into made_inside values (1); commit");
  expect((await db.query("select n from made_inside")).rows).toEqual([{ n: 1 }]);
});

testOnEachVersion("what came with an extension is counted, and what is granted on it told", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query("create extension hstore; create extension pg_trgm");
  const before = await observeSchema(db);
  const others = before.filter(({ identity }) => !identity.startsWith("information_schema"));
  expect(others.map(({ identity }) => identity)).toEqual(["hstore", "pg_trgm", "plpgsql", "public"]);
  await db.query("revoke execute on function hstore(text, text) from public");
  await db.query("alter extension pg_trgm drop function similarity(text, text)");
  expect(compareObservations(before, await observeSchema(db))).toMatchObject([
    { kind: "extension", identity: "pg_trgm", facts: [{ fact: "members" }] },
    { kind: "function", identity: "public.hstore(pg_catalog.text,pg_catalog.text)", change: "added" },
    { kind: "function", identity: "public.similarity(pg_catalog.text,pg_catalog.text)", change: "added" },
  ]);
});

testOnEachVersion("schemas can be left out, with what lives in them", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query("create table kept (n integer primary key)");
  const before = await observeSchema(db);
  await db.query(`create schema other; create table other.t (id integer primary key, kept integer references kept);
    comment on column other.t.id is 'key'; create type other.mood as enum ('a'); create view other.v as select 1 as one;
    create function other.f() returns trigger language plpgsql as 'begin end';
    create trigger t after insert on other.t for each row execute function other.f();
    alter default privileges in schema other grant select on tables to public; grant select on other.t to public`);
  expect(compareObservations(before, await observeSchema(db, { exclude: ["other"] }))).toEqual([]);
});
