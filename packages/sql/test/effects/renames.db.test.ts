import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

/** What is there, and a file whose last statement meets something that an earlier one gave another name. */
const renamed: Readonly<Record<string, readonly [string, string]>> = {
  "a CHECK of the column that had the name": [
    "create table t (a int, a_new int, check (a is not null)); insert into t values (1, 1)",
    "alter table t rename a to a_old; alter table t rename a_new to a; alter table t alter a set not null",
  ],
  "a CHECK of the column": [
    'create table t (a int, "Odd one" int, check ("Odd one" > 0 and a is not null)); insert into t values (1, 1)',
    'alter table t rename a to "A ""b"""; alter table t alter "A ""b""" set not null',
  ],
  "an index whose order changes": [
    "create table t (x varchar(10)); create index on t (x); insert into t values ('x')",
    'alter table t rename x to y; alter table t alter y type varchar(20) collate "C"',
  ],
  "indexes with the column in any place": [
    `create table t (a int, b int); create index on t (a); create index on t ((a + 1)); create index on t (b) include (a);
      create index on t (b) where a > 0`,
    "alter table t rename a to z; alter table t drop column z",
  ],
  "the sequence of a serial": [
    "create table t (a serial, b int)",
    "alter table t rename a to z; alter table t drop column z",
  ],
  "a generated column": [
    "create table t (a int, b int generated always as (a + 1) stored); create index on t (b)",
    "alter table t rename a to z; alter table t drop column z cascade",
  ],
  "a view of the column": [
    "create table t (a int, b int); create view v as select a from t",
    "alter table t rename a to z; alter table t drop column z cascade",
  ],
  "a view of a renamed table, which loses a column": [
    "create table t (a int, b int); create view v as select a from t",
    "alter table t rename to u; alter table u drop column a cascade",
  ],
  "a view of a renamed table, which goes": [
    "create table t (a int); create view v as select a from t",
    "alter table t rename to u; drop table u cascade",
  ],
  "a view of a renamed table, which is read": [
    "create table t (a int); create view v as select a from t",
    "alter table t rename to u; create table t (a int); select * from v",
  ],
  "a view of a table in another schema now": [
    "create schema s; create table t (a int); create view v as select a from t",
    "alter table t set schema s; select * from v",
  ],
  "the key of a partitioned table": [
    `create table t (a int, b int) partition by range (a);
      create table t1 (a int not null, b int, check (a >= 0 and a < 10)); insert into t1 values (1, 1)`,
    "alter table t rename a to z; alter table t1 rename a to z; alter table t attach partition t1 for values from (0) to (10)",
  ],
  "columns that change places, and a bound": [
    `create table t (a int, b int) partition by range (a);
      create table t1 (a int not null, b int not null, check (b >= 0 and b < 10)); insert into t1 values (1, 1)`,
    `alter table t1 rename a to c; alter table t1 rename b to a; alter table t1 rename c to b;
      alter table t attach partition t1 for values from (0) to (10)`,
  ],
  "an index that a partition has": [
    `create table t (k int, a text) partition by range (k); create index on t (lower(a));
      create table t1 (k int not null, b text, check (k >= 0 and k < 10)); create index on t1 (lower(b)); insert into t1 values (1, 'a')`,
    "alter table t1 rename b to a; alter table t attach partition t1 for values from (0) to (10)",
  ],
  "columns that are counted": [
    "create sequence s; create table t (a int, b int default nextval('s')); alter sequence s owned by t.b",
    "alter table t rename a to z; insert into t values (1)",
  ],
  "a sequence that a default takes numbers from": [
    "create sequence s; create table t (a int default nextval('s'))",
    "alter sequence s rename to s2; insert into t default values",
  ],
  "a type": [
    "create type mood as enum ('a'); create table t (a mood, b mood[])",
    "alter type mood rename to temper; drop type temper cascade",
  ],
  "a domain under a domain": [
    "create domain d as int; create domain e as d; create table t (a e); insert into t values (1)",
    "alter domain d rename to d2; alter domain d2 add check (value > 0)",
  ],
  "a domain in another schema now": [
    "create schema s; create domain d as int; create table t (a d); insert into t values (1)",
    "alter domain d set schema s; alter domain s.d add check (value > 0)",
  ],
  "a schema of types": [
    "create schema s; create domain s.d as int; create table t (a s.d); insert into t values (1)",
    "alter schema s rename to s2; alter domain s2.d add check (value > 0)",
  ],
  "functions that change places": [
    `create function f() returns int immutable language sql as 'select 1';
      create function g() returns int language plpgsql as 'begin return 1; end'; create table t (a int); insert into t values (1)`,
    "alter function f() rename to f_old; alter function g() rename to f; alter table t add column b int default f()",
  ],
  "a trigger's function": [
    `create table t (a int); create table audit (a int); insert into t values (1);
      create function note() returns trigger language plpgsql as 'begin insert into audit values (1); return null; end';
      create trigger note after delete on t for each row execute function note()`,
    "alter function note() rename to note_it; delete from t",
  ],
  "an attribute, and the columns of its tables": [
    "create type pair as (a int, b int); create table t of pair; create index on t (a)",
    "alter type pair rename attribute a to z cascade; alter type pair drop attribute z cascade",
  ],
};

describeEachVersion("after a renaming later statements still meet", (version) => {
  for (const [name, [schema, file]] of Object.entries(renamed)) {
    test(name, async () => {
      const { under, over } = await holdAgainstServer({ version, schema, file });
      expect({ under, over }).toEqual({ under: [], over: [] });
    });
  }
});
