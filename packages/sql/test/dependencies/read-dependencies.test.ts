import { type NamedObject, parseSqlFile, readDependencies } from "@confiture/sql";
import { describe, expect, test } from "vitest";

async function read(sql: string) {
  const { statements } = await parseSqlFile(sql, { file: "f.sql" });
  expect(statements[0]!.kind).not.toBe("unparsable");
  const { defines, uses } = await readDependencies(statements[0]!);
  return { defines: defines.map(write).sort(), uses: uses.map(write).sort() };
}
const write = ({ kind, schema, name }: NamedObject) => `${kind} ${schema === undefined ? "" : `${schema}.`}${name}`;

const uses: Record<string, readonly string[]> = {
  "create table t (a s.kind, b int references s.u (id), like v)": [
    "relation s.u",
    "relation v",
    "schema s",
    "type s.kind",
  ],
  "create table t (id int references t (id))": [],
  "create view v as with x as (select * from a), y as (select * from x) select * from y join b using (id)": [
    "relation a",
    "relation b",
  ],
  "create view v as with a as (select * from a) select * from a": ["relation a"],
  "create view v as with recursive a as (select 1 union all select * from a) select * from a": [],
  "create materialized view m as select s.f(a) from t": ["relation t", "routine s.f", "schema s"],
  "create trigger g after insert on s.t for each row execute function h()": ["relation s.t", "routine h", "schema s"],
  "create function f(a s.kind) returns setof t language sql as 'select * from u where g(a)'": [
    "relation u",
    "routine g",
    "schema s",
    "type s.kind",
    "type t",
  ],
  "create function f() returns void language plpgsql as 'begin perform g() from u; end'": ["type void"],
  "create function f() returns void begin atomic insert into t values (1); end": ["relation t", "type void"],
  "create function f(a t.c%type) returns void language plpgsql as ''": ["relation t", "type void"],
  "create policy p on t to app using (g(a))": ["relation t", "role app", "routine g"],
  "create table t (id int default nextval('s.q'))": ["relation s.q", "routine nextval", "schema s"],
  "select 's.\"T\"'::regclass": ["relation s.T", "schema s", "type regclass"],
  "create sequence s.q owned by s.t.id": ["relation s.t", "schema s"],
  "create aggregate a (t) (sfunc = s.f, stype = t)": ["routine s.f", "routine t", "schema s", "type s.f", "type t"],
  "comment on column s.t.a is ''": ["relation s.t", "schema s"],
  "comment on function f(t) is ''": ["routine f", "type t"],
  "grant usage on schema s to app": ["role app", "schema s"],
  "drop view v": ["relation v"],
  "drop view if exists v": [],
  "create extension x schema s": ["schema s"],
  "create table c partition of s.p default": ["relation s.p", "schema s"],
  "alter table t add foreign key (a) references u": ["relation t", "relation u"],
  "refresh materialized view m": ["relation m"],
};
describe("uses", () => {
  for (const [sql, expected] of Object.entries(uses)) {
    test(sql, async () => expect((await read(sql)).uses.filter((name) => name !== "type int4")).toEqual(expected));
  }
});

const defines: Record<string, readonly string[]> = {
  "create table s.t (id bigserial, n int generated always as identity)": [
    "relation s.t",
    "relation s.t_id_seq",
    "relation s.t_n_seq",
    "type s.t",
  ],
  "create view v as select 1": ["relation v", "type v"],
  "create materialized view m as select 1": ["relation m", "type m"],
  "select 1 into t": ["relation t", "type t"],
  "create unique index i on s.t (a)": ["relation s.i"],
  "create sequence q": ["relation q"],
  "create type k as enum ('a')": ["type k"],
  "create type s.k as (a int)": ["type s.k"],
  "create type k as range (subtype = int)": ["type k"],
  "create domain d as int": ["type d"],
  "create procedure s.p() language sql as ''": ["routine s.p"],
  "create aggregate a (int) (sfunc = f, stype = int)": ["routine a"],
  "create schema s create table t ()": ["relation s.t", "schema s", "type s.t"],
  "create extension x": ["extension x"],
  "create role r": ["role r"],
  "create foreign table t (a int) server x": ["relation t", "type t"],
  "alter table t add column a int": [],
};
describe("defines", () => {
  for (const [sql, expected] of Object.entries(defines)) {
    test(sql, async () => expect((await read(sql)).defines).toEqual(expected));
  }
});
