import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { casesFor } from "./cases-for.js";
import { answerFor, catalogOf, runBothWays } from "./run-both-ways.js";

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
  for (const [name, statement] of casesFor(version, rows)) {
    test(name, async () => {
      await runBothWays({ version, schema, statement });
    });
  }

  test("ALTER DOMAIN ADD CHECK", async () => {
    const statement = "alter domain percent add check (value between 0 and 100)";
    await runBothWays({ version, schema, statement, stillWorks: /validate constraint/, caveat: /SHARE/ });
  });

  const meanwhile: Readonly<Record<string, readonly [statement: string, ...between: string[]]>> = {
    "a table is read and written under both names": [
      "alter table customers rename to clients",
      "insert into customers (id, city) values (1000, 'old name')",
      "insert into clients (id, city) values (1001, 'new name')",
      "update customers set city = city || '!' where id = 1001",
      "delete from clients where id = 1",
    ],
    "a column is read and written under both names": [
      "alter table customers rename city to town",
      "insert into customers (id, city) values (1000, 'old name')",
      "insert into customers (id, town) values (1001, 'new name')",
      "insert into customers (id) values (1002)",
      "update customers set city = town || '!' where town = 'new name'",
      "delete from customers where city = 'nowhere' and id = 1",
    ],
  };
  for (const [name, [statement, ...between]] of casesFor(version, meanwhile)) {
    test(`between the two migrations of a rename ${name}`, async () => {
      await using db = await openTestDatabase({ version, sql: schema });
      const answer = await answerFor(statement, { catalog: await catalogOf({ version, schema }) });
      if (answer.kind !== "safer") throw new Error(answer.because);
      expect(answer.steps.map(({ when }) => when)).toEqual(["now", "later"]);
      await db.query(answer.steps[0]!.sql);
      for (const sql of between) await db.query(sql);
      await db.query(answer.steps[1]!.sql);
      const table = statement.includes("clients") ? "clients" : "customers";
      const { rows } = await db.query<{ row: string }>(
        `select (t.id || ' ' || ${table === "clients" ? "city" : "town"}) as row from ${table} t where id > 999 or id = 1 order by id`,
      );
      const third = table === "clients" ? [] : ["1002 nowhere"];
      expect(rows.map(({ row }) => row)).toEqual(["1000 old name", "1001 new name!", ...third]);
    });
  }

  test("REINDEX reaches invalid indexes, which CONCURRENTLY passes over by the table's name", async () => {
    const own = `${schema} update pg_index set indisvalid = false where indexrelid = 'by_customer'::regclass;`;
    for (const statement of ["reindex table orders", "reindex index by_customer", "reindex schema public"]) {
      await runBothWays({ version, schema: own, statement });
    }
  });

  test("the index of an exclusion constraint cannot be rebuilt CONCURRENTLY", async () => {
    const own = `${schema} alter table rates add constraint apart exclude using gist (int4range(id, id + 1) with &&);`;
    const catalog = await catalogOf({ version, schema: own });
    for (const statement of ["reindex table rates", "reindex index apart", "reindex schema public"]) {
      const answer = await answerFor(statement, { catalog });
      expect(answer).toMatchObject({ kind: "none", because: expect.stringMatching(/public\.apart/) });
    }
  });
});
