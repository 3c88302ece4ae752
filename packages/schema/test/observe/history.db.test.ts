import { compareObservations, observeSchema } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

/** The same schema by two ways: as one would write it, and as it comes about over time. */
const ways: Readonly<Record<string, readonly [written: string, grown: string]>> = {
  "partitions made, or attached": [
    `create table p (id int not null, d int, primary key (id)) partition by list (id); create index p_d on p (d);
     create table p1 partition of p for values in (1); alter table p add constraint up foreign key (d) references p (id);
     create trigger t after insert on p for each row execute function f()`,
    `create table p (id int not null, d int, primary key (id)) partition by list (id); create index p_d on p (d);
     create trigger t after insert on p for each row execute function f();
     create table p1 (id int not null, d int); create index p1_d_idx on p1 (d); alter table p1 add constraint p1_pkey primary key (id);
     alter table p attach partition p1 for values in (1); alter table p add constraint up foreign key (d) references p (id)`,
  ],
  "columns written, or added and dropped": [
    "create table t (a int primary key, b text default 'x' not null, c numeric(10,2)); create index i on t (b) include (c)",
    `create table t (gone int, c int, a int); alter table t drop column gone, add column b text; alter table t alter c type numeric(10,2);
     alter table t alter b set default 'x', alter b set not null; alter table t add primary key (a); create index i on t (b) include (c)`,
  ],
  "things renamed, and renamed back": [
    "create table t (a int constraint c check (a > 0)); create view v as select a from t; create type e as enum ('a', 'b')",
    `create table x (b int constraint d check (b > 0)); create view w as select b as a from x; create type f as enum ('a', 'c');
     alter table x rename to t; alter table t rename b to a; alter table t rename constraint d to c; alter view w rename to v;
     create or replace view v as select a from t; alter type f rename to e; alter type e rename value 'c' to 'b'`,
  ],
  "a default written, or said again": [
    "create table t (a int default 5, b timestamptz default now()); alter table t replica identity full",
    `create table t (a int default 6, b timestamptz); alter table t alter a set default 5, alter b set default now();
     alter table t add unique (a); alter table t alter a set not null; alter table t replica identity using index t_a_key;
     alter table t replica identity full; alter table t drop constraint t_a_key; alter table t alter a drop not null; vacuum t`,
  ],
  "rights given and taken back": [
    "create table t (a int); create function g() returns int language sql as 'select 1'",
    `create table t (a int); create function g() returns int language sql as 'select 1'; grant select on t to public; revoke select on t from public;
     grant select (a) on t to public; revoke select (a) on t from public; revoke execute on function g() from public;
     grant execute on function g() to public; comment on table t is 'x'; comment on table t is null`,
  ],
  "a collation described, or copied": [
    "create collation c (locale = 'POSIX'); create table t (a text collate c)",
    'create collation c from "POSIX"; create table t (a text collate c)',
  ],
  "values of an enum in order, or put in between": [
    "create type e as enum ('a', 'b', 'c')",
    "create type e as enum ('a', 'c'); alter type e add value 'b' before 'c'",
  ],
};

for (const [name, [written, grown]] of Object.entries(ways)) {
  testOnEachVersion(`how it came about is not seen: ${name}`, async (version) => {
    const sides = await Promise.all(
      [written, grown].map(async (sql) => {
        const db = await openTestDatabase({ version });
        await db.query("create function f() returns trigger language plpgsql as 'begin return new; end'");
        for (const statement of sql.split(";")) await db.query(statement);
        const observed = await observeSchema(db);
        await db[Symbol.asyncDispose]();
        return observed;
      }),
    );
    expect(compareObservations(sides[0]!, sides[1]!)).toEqual([]);
  });
}
