import { readCatalog } from "@confiture/schema";
import { parseSqlFile, predictEffects } from "@confiture/sql";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

const shop = `
  create table customers (id int primary key, name text);
  create table orders (
    id int primary key, shop int not null, number int not null, state text,
    customer int references customers on delete cascade
  );
  create unique index on orders (shop, number);
  create unique index on orders (state) where state <> 'done';
  create view open_orders as select * from orders where state = 'open';
  create table log (at int, note text, primary key (at)) partition by range (at);
  create table log_1 partition of log for values from (0) to (10);
`;

const few = "few public.orders update";
const any = "any public.orders update";
const statements: Readonly<Record<string, readonly string[]>> = {
  "update orders set state = 'x'": [any],
  "update orders set state = 'x' where id = 5": [few],
  "update only orders o set state = 'x' where o.id in (5, 6) and state = 'y'": [few],
  "update orders set state = 'x' where id = any ('{5,6}'::int[])": [few],
  "update orders set state = 'x' where shop = 1": [any],
  "update orders set state = 'x' where shop = 1 and number = 2": [few],
  "update orders set state = 'x' where id = 5 or id = 6": [any],
  "update orders set state = 'x' where id > 5": [any],
  "update orders set state = 'x' where state = 'open'": [any],
  "update orders set state = 'x' from customers c where c.id = 5": [any],
  "update orders o set state = 'x' from customers c where o.id = 5": [few],
  "update orders set state = 'x' where id in (select id from orders limit 1000)": [few],
  "update orders set state = 'x' where id in (select id from orders limit 1000000)": [any],
  "update orders set state = 'x' where customer in (select id from customers limit 10)": [any],
  "update orders set state = 'x' where ctid = any (array(select ctid from orders limit 1000))": [few],
  "update open_orders set state = 'x'": [any],
  "update log set note = 'x'": ["any public.log update"],
  "update log_1 set note = 'x' where at = 1": ["few public.log_1 update"],
  "delete from orders where id = 5": ["few public.orders delete"],
  // Nothing in the text tells how many orders a customer has.
  "delete from customers where id = 5": ["few public.customers delete", "any public.orders delete"],
  "insert into customers values (1, 'a'), (2, 'b')": ["few public.customers insert"],
  "insert into customers select 1, 'a' where not exists (select from orders)": ["few public.customers insert"],
  "insert into customers select generate_series(1, 1000000)": ["any public.customers insert"],
  "insert into customers select id, 'a' from orders": ["any public.customers insert"],
  "with gone as (delete from orders returning 1) select * from gone": ["any public.orders delete"],
  "do $$ begin for i in 1..1000 loop update orders set state = 'x' where id = 5; end loop; end $$": [any],
  "do $$ begin loop update orders set state = 'x' where id > 5; commit; exit when not found; end loop; end $$": [few],
};

testOnEachVersion("which rows a statement changes is told by the keys that are there", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const catalog = await readCatalog(db);
  for (const [sql, expected] of Object.entries(statements)) {
    const { statements: parsed } = await parseSqlFile(sql, { file: "m.sql" });
    const [only] = await predictEffects(parsed, { catalog });
    const told = only?.effect.rowChanges?.map(({ relation, what, rows }) => `${rows} ${relation} ${what}`);
    expect(told, sql).toEqual(expected);
  }
});

test("without a catalog no column is known to be a key", async () => {
  const { statements: parsed } = await parseSqlFile("update orders set state = 'x' where id = 5", { file: "m.sql" });
  const [only] = await predictEffects(parsed);
  expect(only?.effect.rowChanges).toEqual([{ relation: "public.orders", what: "update", rows: "any" }]);
});
