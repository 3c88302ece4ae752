import type { Catalog } from "@confiture/model";
import { describeEachVersion } from "@confiture/testkit";
import { beforeAll, expect, test } from "vitest";
import { casesFor } from "./cases-for.js";
import { answerFor, catalogOf, runBothWays } from "./run-both-ways.js";

const shop = `
  create table customers (id int primary key, email text);
  create table orders (id int primary key, customer int, total numeric, note text, ref text, short varchar(5));
  create type mood as enum ('low');
  create index on orders (note);
  insert into customers select n, 'c' || n from generate_series(1, 50) n;
  insert into orders select n, n % 50 + 1, n * 1.5, 'note ' || n, 'r' || n from generate_series(1, 3000) n;
  create schema "Odd schema";
  create table "Odd schema"."Order lines" ("select" int, "Übergrößen-Spalte" text, "a""b" int not null);
  insert into "Odd schema"."Order lines" select n, 'x' || n, n from generate_series(1, 30) n;
  create table "Odd schema".a_table_whose_name_is_so_long_that_nothing_much_fits_behind_it (a_column_with_a_long_name_too int, b int);
  insert into "Odd schema".a_table_whose_name_is_so_long_that_nothing_much_fits_behind_it select n, n from generate_series(1, 20) n;
  create table kept_key (a int, b int, c int, constraint kept_key_a_b_key check (a > 0));
  create table kept_key_a_b_key1 (n int);
  insert into kept_key select n, n, n from generate_series(1, 20) n;
`;

const odd = '"Odd schema"."Order lines"';
const long = '"Odd schema".a_table_whose_name_is_so_long_that_nothing_much_fits_behind_it';

const statements: Readonly<Record<string, string>> = {
  "an index": "create index on orders (total desc, (lower(note))) where total > 3",
  "a named index of another method, with options":
    'create unique index if not exists "Odd idx" on "Odd schema"."Order lines" using btree ("select") include ("a""b") with (fillfactor = 70)',
  "UNIQUE without a name": "alter table orders add unique (ref, total)",
  "UNIQUE with a name that is taken": "alter table kept_key add unique (a, b)",
  "UNIQUE over a name too long": `alter table ${long} add unique (a_column_with_a_long_name_too, b)`,
  "UNIQUE, deferrable, with INCLUDE and options":
    "alter table orders add constraint uq unique (ref) include (note, id) with (fillfactor = 80) deferrable initially deferred",
  "UNIQUE over odd names": `alter table ${odd} add unique ("Übergrößen-Spalte", "a""b")`,
  "a primary key over nullable columns": `alter table ${odd} add primary key ("select", "a""b")`,
  "a primary key with a name": "alter table kept_key add constraint own_name primary key (a, b)",
  "a foreign key": "alter table orders add foreign key (customer) references customers on delete cascade",
  "a foreign key with a name, deferrable":
    "alter table orders add constraint fk foreign key (customer) references customers (id) deferrable initially deferred",
  "a foreign key from odd names": `alter table ${odd} add foreign key ("select") references customers`,
  "a CHECK of one column": "alter table orders add check (total > 0)",
  "a CHECK of two columns": "alter table orders add check (total > 0 and id > 0)",
  "a CHECK of no column": "alter table orders add check (now() is not null)",
  "a named CHECK with NO INHERIT": `alter table ${odd} add constraint "Is it, (odd)?" check ("a""b" in (1, 2) or true /* , */) no inherit -- the end`,
  "a CHECK whose name is too long": `alter table ${long} add check (a_column_with_a_long_name_too > 0)`,
  "SET NOT NULL": "alter table orders alter column note set not null",
  "SET NOT NULL of an odd name": `alter table ${odd} alter "Übergrößen-Spalte" set not null`,
  "SET NOT NULL of two columns and more": `alter table only orders
    alter note set not null, -- a comment, with a comma
    alter column total set not null, add column extra int default 5, alter extra set default 7`,
  "many subcommands, in PostgreSQL's order and not in theirs": `alter table orders
    add constraint a check (fresh > 0), add constraint b unique (fresh2), drop column note, add column fresh int default 3,
    add column fresh2 int, add foreign key (customer) references customers, alter total set default 4.5, drop constraint orders_pkey,
    add primary key (id)`,
};

describeEachVersion("indexes and constraints end the same both ways", (version) => {
  for (const [name, statement] of casesFor(version, statements)) {
    test(name, async () => {
      await runBothWays({ version, schema: shop, statement });
    });
  }

  test("a table found by the search path", async () => {
    const statement = 'alter table "Order lines" add unique ("select"), add check ("a""b" > 0)';
    await runBothWays({ version, schema: shop, statement, searchPath: ['"Odd schema"', "public"] });
  });

  test("nullable columns of a key taken over from an index", async () => {
    const schema = `${shop} create unique index taken on kept_key (a, c);`;
    await runBothWays({ version, schema, statement: "alter table kept_key add primary key using index taken" });
  });

  test("a table with children", () =>
    runBothWays({ version, schema: family, statement: "alter table parent add check (b > 0)" }));
  test("NOT NULL of a table with children", () =>
    runBothWays({ version, schema: family, statement: "alter table parent alter b set not null" }));
});

const family = `
  create table parent (a int primary key, b int);
  create table child (c int) inherits (parent);
  insert into parent select n, n from generate_series(1, 10) n;
  insert into child select n, n, n from generate_series(11, 20) n;
`;

const hindered = `
  create domain positive as int check (value > 0);
  create table seen (n int); create view seer as select n from seen;
  create table computed (n int, twice int generated always as (n * 2) stored);
`;

const quiet: Readonly<Record<string, string>> = {
  "a CHECK that is NOT VALID": "alter table orders add check (total > 0) not valid",
  "DROP NOT NULL": "alter table orders alter id drop not null",
  "SET NOT NULL of a column that is": `alter table ${odd} alter "a""b" set not null`,
  "CREATE INDEX CONCURRENTLY": "create index concurrently on orders (total)",
  "an index that is there": "create index if not exists orders_note_idx on orders (note)",
  "a column with a default": "alter table orders add column c int not null default 5",
  "a column that refers, without a default": "alter table orders add column c int references customers",
  "a new enum value": "alter type mood add value 'high' after 'low'",
  "DROP COLUMN": "alter table orders drop column note",
  "a longer varchar": "alter table orders alter short type varchar(50)",
  VACUUM: "vacuum orders",
};

const hopeless: Readonly<Record<string, readonly [statement: string, because: RegExp]>> = {
  "an exclusion constraint": ["alter table orders add exclude using btree (ref with =)", /exclusion/],
  "a column of a domain with constraints": ["alter table orders add column c positive", /domain with constraints/],
  "a type change below a view": ["alter table seen alter n type bigint", /seems to use the column/],
  "a type change beside a generated column": ["alter table computed alter n type bigint", /generated column/],
  "a type change of a column of children": ["alter table parent alter b type bigint", /parent or children/],
  "DROP INDEX CASCADE": ["drop index orders_note_idx cascade", /CASCADE/],
  "SET UNLOGGED": ["alter table orders set unlogged", /in one piece/],
  "a NOT NULL column without a default": ["alter table orders add column c int not null", /give it a default/],
  "a stored generated column": [
    "alter table orders add column c int generated always as (id * 2) stored",
    /stored generated/,
  ],
  "VACUUM FULL": ["vacuum full orders", /pg_repack/],
  CLUSTER: ["cluster orders using orders_pkey", /pg_repack/],
  "a table that nobody knows": ["create index on fresh (a)", /not in the catalog/],
  "what cannot be parsed": ["alter table orders frobnicate", /grammar/],
};

describeEachVersion("what needs no sequence, and what has none", (version) => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await catalogOf({ version, schema: `${shop}${family}${hindered}` });
  });
  const kindOf = (statement: string) => answerFor(statement, { catalog });

  for (const [name, statement] of casesFor(version, quiet)) {
    test(`already safe: ${name}`, async () => {
      expect((await kindOf(statement)).kind).toBe("already-safe");
    });
  }
  for (const [name, [statement, because]] of casesFor(version, hopeless)) {
    test(`none: ${name}`, async () => {
      const answer = await kindOf(statement);
      expect(answer.kind).toBe("none");
      expect(answer.because).toMatch(because);
    });
  }
});
