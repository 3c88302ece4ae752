import { testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { faultsOf, runPair } from "../run-pair.js";

/** A base type by the functions of one of the server's own. */
const likeOwn = (own: "int4" | "text", settings: string) => `create type s.tiny;
  create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as '${own}in';
  create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as '${own}out';
  create type s.tiny (input = s.tiny_in, output = s.tiny_out, ${settings});`;

/** Two schemas each, in which objects of the kinds tested here are under relations, which hold rows in some. */
const pairs: Readonly<Record<string, readonly [a: string, b: string]>> = {
  "an enum made anew, with a domain over it and a function of it": [
    "create type s.m as enum ('a','b'); create domain s.d as s.m check (value <> 'b'); create function s.f(s.m) returns s.m language sql as 'select $1'; create table s.t (d s.d, m s.m)",
    "create type s.m as enum ('a','c'); create domain s.d as s.m check (value <> 'c'); create function s.f(s.m) returns s.m language sql as 'select $1'; create table s.t (d s.d, m s.m)",
  ],
  "an attribute that a view no longer names": [
    "create type s.p as (a int, b text); create table s.t (p s.p); create view s.v as select (p).a, (p).b from s.t",
    "create type s.p as (a int); create table s.t (p s.p); create view s.v as select (p).a from s.t",
  ],
  "another type of an attribute, with values and a view": [
    "create type s.p as (a int, b text); create table s.t (p s.p); insert into s.t values ((1,'x')); create view s.v as select (p).a from s.t",
    "create type s.p as (a bigint, b text); create table s.t (p s.p); create view s.v as select (p).a from s.t",
  ],
  "one attribute more of the type of a table": [
    "create type s.p as (a int); create table s.t of s.p",
    "create type s.p as (a int, b text); create table s.t of s.p",
  ],
  "another type of an attribute of the type of a table": [
    "create type s.p as (a int, b text); create table s.t of s.p; insert into s.t values (1)",
    "create type s.p as (a bigint, b text); create table s.t of s.p",
  ],
  "a domain made anew, with its check, under a column and an array": [
    "create domain s.d as integer default 3 constraint pos check (value > 0); create table s.t (d s.d, e s.d[]); insert into s.t values (1, '{2}')",
    "create domain s.d as bigint default 4 constraint pos check (value > 0); create table s.t (d s.d, e s.d[])",
  ],
  "another storage of a base type, and of its column": [
    `${likeOwn("text", "storage = extended")}create table s.t (a s.tiny)`,
    `${likeOwn("text", "storage = main")}create table s.t (a s.tiny)`,
  ],
  "a base type made anew under a column": [
    `${likeOwn("int4", "like = int4")}create table s.t (a s.tiny)`,
    `${likeOwn("int4", "like = int4, category = 'N'")}create table s.t (a s.tiny)`,
  ],
  "a range made anew under a column with an exclusion": [
    "create type s.r as range (subtype = int); create table s.t (r s.r, exclude using gist (r with &&)); insert into s.t values ('[1,3)')",
    "create type s.r as range (subtype = bigint); create table s.t (r s.r, exclude using gist (r with &&))",
  ],
  "a function made anew under all that can use it": [
    "create function s.f(n int) returns int language sql immutable as 'select 1'; create table s.t (a int default s.f(1), b int, check (s.f(b) > 0), g int generated always as (s.f(b)) stored); create index on s.t (s.f(a)); create view s.v as select s.f(a) from s.t",
    "create function s.f(m int) returns int language sql immutable as 'select 1'; create table s.t (a int default s.f(1), b int, check (s.f(b) > 0), g int generated always as (s.f(b)) stored); create index on s.t (s.f(a)); create view s.v as select s.f(a) from s.t",
  ],
  "a function with a parsed body and its table": [
    "",
    "create table s.t (a int); create function s.f() returns bigint language sql begin atomic select count(*) from s.t; end",
  ],
  "an extension that moves with its types": [
    "create extension hstore schema s; create table s.t (h s.hstore default ''::s.hstore); create index on s.t using gin (h)",
    "create schema x; create extension hstore schema x; create table s.t (h x.hstore default ''::x.hstore); create index on s.t using gin (h)",
  ],
  "an operator class made anew under an index": [
    "create operator class s.c for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int,int); create table s.t (a int); create index i on s.t (a s.c)",
    "create operator class s.c for type int using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 btint4cmp(int,int); create table s.t (a int); create index i on s.t (a s.c)",
  ],
  "a collation made anew under columns and indexes": [
    "create collation s.c (locale = 'C'); create table s.t (a text collate s.c, b text); create index on s.t (a); create index on s.t (b collate s.c)",
    "create collation s.c (locale = 'POSIX'); create table s.t (a text collate s.c, b text); create index on s.t (a); create index on s.t (b collate s.c)",
  ],
  "a function that stays when the extension it depended on goes": [
    "create extension hstore schema s; create function s.f() returns int language sql as 'select 1'; alter function s.f depends on extension hstore",
    "create function s.f() returns int language sql as 'select 1'",
  ],
  "functions that go with an extension": [
    "create extension hstore schema s; create function s.f() returns int language sql as 'select 1'; alter function s.f depends on extension hstore; create function s.g(s.hstore) returns int language sql as 'select 1'",
    "",
  ],
  "an aggregate out of a function under a view": [
    "create function s.g(int) returns int language sql as 'select 1'; create table s.t (a int); create view s.v as select s.g(a) from s.t",
    "create aggregate s.g(int) (sfunc = int4pl, stype = int); create table s.t (a int); create view s.v as select s.g(a) from s.t",
  ],
  "a base type out of a shell with functions": [
    "create type s.tiny; create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as 'int4in'; create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as 'int4out'",
    likeOwn("int4", "like = int4"),
  ],
  "an operator made anew under a view, an index and a check": [
    "create function s.same(int,int) returns bool language sql immutable as 'select $1=$2'; create operator s.=== (leftarg=int, rightarg=int, function=s.same); create table s.t (a int check (a operator(s.===) 1)); create index on s.t ((a operator(s.===) 2)); create view s.v as select a operator(s.===) 3 as x from s.t",
    "create function s.same(int,int) returns bool language sql immutable as 'select $1=$2'; create operator s.=== (leftarg=int, rightarg=int, function=int4eq); create table s.t (a int check (a operator(s.===) 1)); create index on s.t ((a operator(s.===) 2)); create view s.v as select a operator(s.===) 3 as x from s.t",
  ],
  "a domain with a check by a function of it": [
    "",
    "create domain s.d as int; create function s.ok(s.d) returns bool language sql immutable as 'select $1 > 0'; alter domain s.d add constraint c check (s.ok(value))",
  ],
  "a table out of a type": ["create type s.t as (a int)", "create table s.t (a int)"],
};

/** Since PostgreSQL 14 a body can be kept parsed. */
const needs14 = /begin atomic/;

describe("going from one schema to the other and back", () => {
  for (const [name, [a, b]] of Object.entries(pairs)) {
    testOnEachVersion(name, async (version) => {
      if (version < 14 && needs14.test(a + b)) return;
      const schema = "create schema s; ";
      const { there, back } = await runPair(version, schema + a, schema + b);
      for (const { refused, ...outcome } of [there, back]) {
        expect(refused).toBeUndefined();
        expect(faultsOf(outcome)).toEqual([]);
      }
    });
  }
});
