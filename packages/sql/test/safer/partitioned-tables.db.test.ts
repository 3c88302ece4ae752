import type { CatalogDifference } from "@confiture/schema";
import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { casesFor } from "./cases-for.js";
import { answerFor, type BothWays, catalogOf, runBothWays } from "./run-both-ways.js";

const partitioned = `
  create table customers (id int primary key);
  insert into customers select n from generate_series(0, 9) n;
  create table events (id int not null, day date, kind text, customer int) partition by range (id);
  create table events_low partition of events for values from (minvalue) to (100);
  create schema "Odd schema";
  create table "Odd schema"."High events" partition of events for values from (100) to (200) partition by list (kind);
  create table "Odd schema"."High events a" partition of "Odd schema"."High events" for values in ('a');
  create table high_events_b partition of "Odd schema"."High events" default;
  create index low_day on events_low (day);
  insert into events select n, '2030-01-01', case n % 2 when 0 then 'a' else 'b' end, n % 10 from generate_series(1, 199) n;
`;

/** On PostgreSQL 18 NOT NULL counts as declared in the partition too: a caveat says so. */
const declaredBelow = ({ kind, after, before }: CatalogDifference) =>
  kind === "constraint" && (after ?? before ?? "").includes("definition: NOT NULL");

/** Nothing is built for the table alone, though it is predicted. */
const only = /^alter table only /;

const statements: Readonly<Record<string, string | Omit<BothWays, "version" | "schema">>> = {
  "an index": "create index on events (day)",
  "a named index with an expression":
    'create index "The index" on events using btree (lower(kind), id desc) include (day) where id > 5',
  UNIQUE: { statement: "alter table events add unique (id, kind)", watched: only },
  "a primary key": {
    statement: "alter table events add constraint events_key primary key (id, kind)",
    watched: only,
    tolerated: declaredBelow,
  },
  "a foreign key": {
    statement: "alter table events add foreign key (customer) references customers",
    // Partitions whose foreign keys are valid hand them over: the server reads nothing, though it is predicted.
    watched: /^alter table public\.events add constraint events_customer_fkey (?!.*not valid)/,
  },
  "a CHECK": "alter table events add check (customer >= 0)",
  "SET NOT NULL": "alter table events alter day set not null",
  "a volatile default": {
    statement: "alter table events add column token float not null default random()",
    drawn: ["token"],
  },
};

const toAttach = `${partitioned}
  alter table events add primary key (id, kind), add foreign key (customer) references customers;
  create index on events (day, lower(kind));
  alter table events add check (customer < 1000);
  create table events_new (id int not null, day date, kind text not null, customer int,
    constraint events_customer_check check (customer < 1000));
  insert into events_new select n, '2030-01-01', 'a', n % 10 from generate_series(300, 399) n;
  create table days (day date, what text) partition by list (what);
  create table days_rest partition of days default;
  insert into days values ('2030-01-01', 'x'), ('2030-01-01', null);
  create table days_a (day date, what text);
  insert into days_a values ('2030-01-01', 'a'), ('2030-01-01', 'b, c');
`;

const attachments: Readonly<Record<string, string>> = {
  "a range": "alter table events attach partition events_new for values from ('300') to (400)",
  "a range without an end": "alter table events attach partition events_new for values from (300) to (maxvalue)",
  "a list beside a default partition": "alter table days attach partition days_a for values in ('a', 'b, c')",
};

const creations: Readonly<Record<string, string>> = {
  "a range": "create table events_more partition of events for values from (400) to (500)",
  "a partitioned partition with options":
    "create table events_more partition of events for values from (400) to (500) partition by hash (kind)",
  "a list beside a default partition":
    'create table "Odd schema"."Days b" partition of days for values in (\'b\') with (fillfactor = 70)',
};

/** With a valid CHECK that implies the bound, the server reads nothing, though it is predicted. */
const attach = / attach partition /;

describeEachVersion("partitions come and go the same both ways", (version) => {
  for (const [name, statement] of casesFor(version, attachments)) {
    test(`ATTACH: ${name}`, async () => {
      await runBothWays({ version, schema: toAttach, statement, watched: attach });
    });
  }
  for (const [name, statement] of casesFor(version, creations)) {
    test(`CREATE: ${name}`, async () => {
      await runBothWays({ version, schema: toAttach, statement, watched: attach });
    });
  }
  test("DETACH beside a default partition, or before PostgreSQL 14, has no gentler form", async () => {
    const catalog = await catalogOf({ version, schema: toAttach });
    for (const sql of [
      "alter table days detach partition days_rest",
      "alter table events detach partition events_low",
    ]) {
      if (version >= 14 && sql.includes("events")) continue;
      const answer = await answerFor(sql, { catalog });
      expect(answer.kind, sql).toBe("none");
      expect(answer.because).toMatch(/default partition|PostgreSQL 14/);
    }
  });
  test.skipIf(version < 14)("DETACH from a partition of a partitioned table", async () => {
    const schema = `
      create table l (i int, j int) partition by range (i);
      create table l_low partition of l for values from (0) to (100) partition by list (j);
      create table l_one partition of l_low for values in (1, 2);
      create table l_same partition of l for values from (100) to (200) partition by range (i);
      create table l_same_first partition of l_same for values from (100) to (150);
      insert into l values (1, 1), (101, 1);`;
    await runBothWays({ version, schema, statement: "alter table l_low detach partition l_one" });
    await runBothWays({ version, schema, statement: "alter table l_same detach partition l_same_first" });
  });
  test.skipIf(version < 14)("DETACH", async () => {
    await runBothWays({ version, schema: toAttach, statement: "alter table events detach partition events_low" });
  });
});

describeEachVersion("partitioned tables end the same both ways", (version) => {
  for (const [name, given] of casesFor(version, statements)) {
    const rest = typeof given === "string" ? { statement: given } : given;
    test(name, async () => {
      await runBothWays({ version, schema: partitioned, ...rest });
    });
  }
});
