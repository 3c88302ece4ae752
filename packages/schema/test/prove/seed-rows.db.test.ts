import { readCatalog, seedRows } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { dropSubscriptions, oneOfEverything } from "../one-of-everything.js";

const manyTypes = `
  create type mood as enum ('sad', 'ok', 'happy');
  create domain small as integer check (value between 10 and 20);
  create domain smaller as small check (value < 15) not null;
  create domain code as text check (value ~ '^[A-Z]+$' and length(value) = 2);
  create type pair as (x integer, m mood, s smaller);
  create type span as range (subtype = numeric);
  create extension hstore; create extension citext; create extension ltree;
  create table every_type (
    a smallint not null, b bigint not null unique, c numeric(5,2) not null, d real not null, e money not null,
    f varchar(3) not null unique, g char(2) not null, h name not null, i boolean not null, j date not null,
    k timestamptz(0) not null, l timestamp not null, m time not null, n timetz not null, o interval second(0) not null,
    p uuid not null, q json not null, r jsonb not null, s xml not null, t bytea not null, u inet not null, v cidr not null,
    w macaddr not null, x bit(5) not null, y bit varying(9) not null, z tsvector not null, aa tsquery not null,
    ab point not null, ac polygon not null, ad int4range not null, ae tstzrange not null, af mood not null, ag small not null,
    ah smaller, ai code not null, aj pair not null, ak span not null, al integer[] not null, am mood[] not null, an small[] not null,
    ao hstore not null, ap citext not null, aq ltree not null, ar pg_lsn not null, "Odd" text not null, at regclass not null,
    exclude using gist (ad with &&)
  );
  create table checked (
    id integer generated always as identity primary key,
    size text not null check (size in ('S', 'M', 'L')), share numeric not null check (share > 0 and share <= 1),
    mail text not null unique check (mail like '%@%'), low integer not null, high integer not null check (high > low),
    placed date not null check (placed >= '2030-01-01'), doubled integer generated always as (low * 2) stored,
    kind char not null default 'x' check (kind = 'x')
  );`;

testOnEachVersion("rows are found for columns of every type, whatever the checks", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(manyTypes);
  await using session = await db.openSession();
  const { seeded, notSeeded } = await seedRows(session, await readCatalog(session));
  expect(notSeeded).toEqual([]);
  expect(seeded).toEqual({ "public.checked": 3, "public.every_type": 3 });
  const { rows } = await db.query(
    "select count(*)::int as n from every_type where ah is not null and (aj).m is not null",
  );
  expect(rows).toEqual([{ n: 3 }]);
});

testOnEachVersion("rows refer to rows that are there, in circles too", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(`
    create table "Child" (id serial primary key, parent integer not null, other text not null);
    create table parent (id integer primary key, name text not null, unique (name, id));
    alter table "Child" add foreign key (other, parent) references parent (name, id);
    create table tree (id integer primary key, above integer not null references tree);
    create table one (id integer primary key, two integer not null);
    create table two (id integer primary key, one integer references one);
    alter table one add foreign key (two) references two;
    create table pair (a integer not null, b text not null, c integer not null references parent (id),
      foreign key (b, a) references parent (name, id), unique (c));
    create table parted (id integer not null, day date not null, primary key (id, day)) partition by range (day);
    create table y1 partition of parted for values from ('2024-01-01') to ('2025-01-01') partition by hash (id);
    create table y1_0 partition of y1 for values with (modulus 3, remainder 1);
    create table rest partition of parted default;
    create table of_parted (id integer, day date, foreign key (id, day) references parted)`);
  await using session = await db.openSession();
  const { seeded, notSeeded } = await seedRows(session, await readCatalog(session), { rows: 4 });
  expect(notSeeded).toEqual([]);
  expect(Object.values(seeded)).toEqual(Object.values(seeded).map(() => 4));
  const { rows } = await db.query<{ n: number }>(
    'select count(*)::int as n from "Child" c join parent p on p.id = c.parent and p.name = c.other',
  );
  expect(rows).toEqual([{ n: 4 }]);
  // What holds is checked once more by making the keys anew.
  await db.query(`
    do $$ declare con record; begin
      for con in select conrelid::regclass as t, conname, pg_get_constraintdef(oid) as def from pg_constraint where contype = 'f' and conparentid = 0 loop
        execute format('alter table %s drop constraint %I, add constraint %I %s', con.t, con.conname, con.conname, con.def);
      end loop;
    end $$`);
});

testOnEachVersion("triggers are kept from firing, and the session is left as it was", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(`create table t (n integer not null);
    create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end';
    create trigger no before insert on t for each row execute function no(); create rule nothing as on insert to t do instead nothing`);
  await using session = await db.openSession();
  expect(await seedRows(session, await readCatalog(session))).toEqual({ seeded: { "public.t": 3 }, notSeeded: [] });
  const { rows } = await session.query("show session_replication_role");
  expect(rows).toEqual([{ session_replication_role: "origin" }]);
});

testOnEachVersion(
  "a database with one of everything gets rows, but where that cannot be, which is said",
  async (version) => {
    await using db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(db) };
    await using session = await db.openSession();
    const { seeded, notSeeded } = await seedRows(session, await readCatalog(session), { rows: 2 });
    expect(notSeeded.map(({ table }) => table)).toEqual(["shop.remote", "spare.far"]);
    expect(Object.keys(seeded).length).toBeGreaterThan(15);
  },
);
