import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { analyzeSql } from "./analyze-for-test.js";

const shop = `
  create table customers (id int primary key);
  create table orders (id int generated always as identity primary key, customer int, ref text, "note" varchar(50) default 'x');
  insert into customers select g from generate_series(1, 100) g;
  insert into orders (customer, ref) select g, g::text from generate_series(1, 100) g;
  create index orders_ref on orders (ref);
  create view references_of as select ref from orders;
  create table log (at int, n int) partition by range (at);
  create table log_1 partition of log for values from (0) to (10);
  analyze;
`;

const catalog = `
  select conrelid::regclass::text as t, conname::text as name, pg_get_constraintdef(oid) as definition from pg_constraint
  where conrelid::regclass::text in ('orders', 'customers', 'log') and contype <> 'n'
  union all select tablename::text, indexname::text, indexdef from pg_indexes where schemaname = 'public'
  union all select attrelid::regclass::text, attname::text, format('%s %s %s', atttypid::regtype, attnotnull, attidentity)
  from pg_attribute where attrelid in ('orders'::regclass, 'log'::regclass) and attnum > 0 and not attisdropped
  order by 1, 2, 3`;

testOnEachVersion("what is advised runs as it is written, and ends where the statement ends", async (version) => {
  for (const statement of [
    "create index orders_customer on orders (customer) include (ref) where customer > 5",
    "drop index orders_ref",
    "alter table orders alter column customer set not null",
    "alter table orders add constraint known foreign key (customer) references customers on delete cascade deferrable",
    "alter table orders add constraint once unique (ref) include (customer) deferrable initially deferred",
    "alter table orders alter column customer type bigint",
  ]) {
    await using plain = await openTestDatabase({ version, sql: shop });
    await using advised = await openTestDatabase({ version, sql: shop });
    const { risk } = await analyzeSql(statement, plain.url);
    const advice = risk.recommendations.find(({ sql }) => sql !== undefined)!;
    for (const sql of advice.sql!) await advised.query(sql);
    await plain.query(statement);
    expect((await advised.query(catalog)).rows, statement).toEqual((await plain.query(catalog)).rows);
  }
});

testOnEachVersion("what PostgreSQL would refuse is not advised", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  for (const statement of [
    "create index on log (n)",
    "drop index orders_ref cascade",
    "alter table orders alter column ref type varchar(20)",
    "alter table log add foreign key (n) references customers",
  ]) {
    const { risk } = await analyzeSql(statement, db.url);
    for (const { sql } of risk.recommendations.filter(({ text }) => !text.includes("lock_timeout")))
      for (const one of sql ?? []) await db.query(one);
  }
});
