import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { parseSqlFile, predictEffects, saferSequence } from "../../src/index.js";

const schema = `
create type mood as enum ('fine');
create type span as range (subtype = int4);
create domain small as int check (value < 100);
create table t (
  word text, words text[], varying varchar(5), whole int, numbers int[], held small, broken numeric, day date, moment timestamp,
  feeling mood, spread span, document json, yes bool, bytes bytea, bits bit(3), key uuid, lapse interval, letter "char",
  object oid
);
create function to_mood(date) returns mood language sql immutable as $$ select 'fine'::mood $$;
create cast (date as mood) with function to_mood(date) as assignment;`;

const columns =
  "word words varying whole numbers held broken day moment feeling spread document yes bytes bits key lapse letter object";
const types = `int int[] text text[] mood small date timestamp timestamptz boolean jsonb span bigint numeric(4) bytea uuid
  regclass varchar(4) int4range interval time name`;

testOnEachVersion("a type that PostgreSQL does not bring to another is told, and no other", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(schema);
  const catalog = await readCatalog(db);
  const wrong: string[] = [];
  for (const column of columns.split(/\s+/)) {
    for (const type of types.split(/\s+/)) {
      for (const using of ["", ` using ${column}::text`]) {
        const sql = `alter table t alter column ${column} type ${type}${using}`;
        const { statements } = await parseSqlFile(sql, { file: "m.sql" });
        const [{ effect } = { effect: undefined }] = await predictEffects(statements, { catalog });
        await db.query("begin");
        const refusal = await db.query(sql).then(
          () => "",
          (error: unknown) => String(error),
        );
        await db.query("rollback");
        const isRefused = /cast automatically|result of USING clause/.test(refusal);
        if ((effect?.refused !== undefined) !== isRefused)
          wrong.push(`${sql}: ${effect?.refused ?? "accepted"}; ${refusal}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

testOnEachVersion("no steps are offered for what the server refuses at once", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(schema);
  const { statements } = await parseSqlFile("alter table t alter column word type int", { file: "m.sql" });
  const answer = await saferSequence(statements[0]!, { catalog: await readCatalog(db) });
  expect(answer).toEqual({
    kind: "none",
    because:
      "the server refuses the statement: PostgreSQL does not bring text to int4 of its own accord, whatever the rows: it asks for USING",
  });
});

const shop = `
create table customer (id int primary key, code text, unique (code));
create table orders (id int primary key, customer int references customer, parent int references orders, total int, tax int generated always as (total * 2) stored);
create table by_code (code text references customer (code));
create table lonely (id int primary key, code text, other text);
create index on lonely (code);
create statistics counted on code, other from lonely;
create view seen as select l.id, l.code from lonely l;
create view over_seen as select id from seen;
create materialized view kept as select count(*) from orders;
create view with_name as with lonely as (select 1 as id) select id from lonely;
create table parent (n int);
create table child () inherits (parent);
create sequence numbers;
create table numbered (n int default nextval('numbers'));
create sequence owned owned by lonely.id;
create type mood as enum ('fine');
create type pair as (a int, b int);
create domain small as int check (value < 10);
create table typed (m mood, p pair, s small[]);
create table of_type of pair;
create function fire() returns trigger language plpgsql as 'begin return new; end';
create function idle() returns int language sql as 'select 1';
create trigger t before insert on lonely for each row execute function fire();
create table ruled (n int);
create table noted (n int);
create rule note as on insert to ruled do also insert into noted values (1);
create table guarded (n int);
create table allowed (n int);
create policy p on guarded using (exists (select from allowed a where a.n = guarded.n));
create table months (n int, primary key (n)) partition by range (n);
create table january partition of months for values from (1) to (2);
create table february partition of months for values from (2) to (3);
create table rest partition of months default;
create table days (n int) partition by range (n);
create table monday partition of days for values from (1) to (2);
create table month_notes (n int references months);
create table divided (n int references customer, w text) partition by list (n);
create table divided_one partition of divided for values in (1);
create schema full_one create table inside (n int);
create schema empty_one;
create table sibling (n int references lonely);
`;

const tries = `
truncate customer
truncate customer, orders
truncate customer, orders, by_code, divided
truncate customer cascade
truncate only orders
truncate orders
truncate parent
truncate only parent
truncate months
truncate months, month_notes
truncate january
truncate february, month_notes
truncate lonely
drop table customer
drop table customer, orders
drop table customer, orders, by_code, divided
drop table orders
drop table lonely
drop table lonely cascade
drop table by_code
drop table parent
drop table parent, child
drop table child
drop table months
drop table months, month_notes
drop table monday
drop table days
drop table ruled
drop table noted
drop table noted, ruled
drop table guarded
drop table allowed
drop table allowed, guarded
drop table of_type
drop table typed
drop table divided
drop table numbered
drop view seen
drop view over_seen
drop view seen, over_seen
drop view with_name
drop materialized view kept
drop sequence numbers
drop sequence owned
drop schema full_one
drop schema full_one cascade
drop schema empty_one
drop type mood
drop type pair
drop type pair cascade
drop domain small
drop function fire()
drop function fire() cascade
drop function idle()
drop index lonely_pkey
drop index lonely_code_idx
drop index customer_code_key
alter table lonely drop column code
alter table lonely drop column code cascade
alter table lonely drop column other
alter table lonely drop column id
alter table orders drop column total
alter table orders drop column tax
alter table orders drop column tax, drop column total
alter table orders drop column id
alter table orders drop column parent
alter table orders drop column customer
alter table numbered drop column n
alter table customer drop column code
alter table customer drop constraint customer_pkey
alter table customer drop constraint customer_code_key
alter table customer drop constraint customer_code_key cascade
alter table orders drop constraint orders_pkey
alter table orders drop constraint orders_customer_fkey
alter table by_code drop constraint by_code_code_fkey
alter table typed drop column m
alter table allowed drop column n
alter table parent drop column n
alter table months detach partition january
alter table days detach partition monday
alter table months detach partition january concurrently
alter table days detach partition monday concurrently
`;

testOnEachVersion("what would have to take along what nobody named is told, and nothing else", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(shop);
  const catalog = await readCatalog(db);
  const wrong: string[] = [];
  const told: string[] = [];
  for (const sql of tries.trim().split("\n")) {
    if (version < 14 && sql.endsWith(" concurrently")) continue;
    const { statements } = await parseSqlFile(sql, { file: "m.sql" });
    const operations = await predictEffects(statements, { catalog });
    const refused = operations.flatMap(({ effect }) => effect.refused ?? []).join();
    const isAlone = sql.endsWith(" concurrently");
    if (!isAlone) await db.query("begin");
    const refusal = await db.query(sql).then(
      () => "",
      (error: unknown) => String(error),
    );
    if (!isAlone) await db.query("rollback");
    if ((refused === "") !== (refusal === "")) wrong.push(`${sql}: ${refused || "accepted"}; ${refusal || "accepted"}`);
    if (refused !== "") told.push(`${sql}: ${refused}`);
  }
  expect(wrong).toEqual([]);
  expect(told).toContain(
    "truncate lonely: sibling_n_fkey of public.sibling refers to it, and the statement does not say CASCADE",
  );
});
