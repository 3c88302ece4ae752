import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { runBothWays } from "./run-both-ways.js";

const schema = `
  create table customers (id int primary key, "Full name" text, city text default 'nowhere');
  insert into customers select n, 'c' || n from generate_series(1, 50) n;
  create table orders (id int primary key, customer int references customers, other int constraint "odd fk" references customers);
  create index by_customer on orders (customer);
  create index "By other" on orders (other);
  create materialized view totals as select customer, count(*) as n from orders group by customer;
  create unique index on totals (customer);
  create domain percent as int;
  create table rates (id int primary key, rate percent);
  insert into rates select n, n from generate_series(1, 100) n;
`;

const rows: Readonly<Record<string, string>> = {
  "DROP INDEX of two": 'drop index if exists by_customer, public."By other"',
  "REINDEX of a table": "reindex (verbose) table orders",
  "REINDEX of an index": 'reindex index "By other"',
  REFRESH: "refresh materialized view totals",
  "DROP TABLE with foreign keys": "drop table orders cascade",
  "DROP TABLE that others refer to": "drop table customers cascade",
  "RENAME of a table": 'alter table customers rename to "Our clients"',
  "RENAME of a column": 'alter table customers rename "Full name" to name',
};

describeEachVersion("other objects end the same both ways", (version) => {
  for (const [name, statement] of Object.entries(rows)) {
    test(name, async () => {
      await runBothWays({ version, schema, statement });
    });
  }

  test("ALTER DOMAIN ADD CHECK", async () => {
    const statement = "alter domain percent add check (value between 0 and 100)";
    await runBothWays({ version, schema, statement, stillWorks: /validate constraint/, caveat: /SHARE/ });
  });

  test("between the two migrations of a rename both names read and write", async () => {
    const { steps } = await runBothWays({ version, schema, statement: "alter table customers rename city to town" });
    expect(steps.map(({ when }) => when)).toEqual(["now", "later"]);
  });
});
