import type { CatalogSubscription } from "@confiture/model";
import { expect, test } from "vitest";
import type { CatalogIndex } from "../../../src/diff/catalog-index.js";
import { replicationRules } from "../../../src/diff/kinds/replication.js";
import { testPairs } from "./pairs.js";

const setup = `
  create schema one;
  create schema two;
  create table a (id integer primary key, n integer, note text);
  create table b (id integer primary key);
  create table "C c" (id integer primary key, "N n" integer);
  create table child () inherits (b);
  create table parted (n integer primary key) partition by list (n);
  create table parted_1 partition of parted for values in (1);`;

testPairs("a publication", setup, {
  "of everything is made anew to become one of some tables": {
    before: "create publication p for all tables;",
    after: `create publication p for table a, "C c";`,
    there: ["drop publication p", `create publication p for table only public."C c", only public.a`],
    back: ["drop publication p", "create publication p for all tables"],
  },
  "of nothing, with all its settings": {
    after: `create publication "P p" with (publish = 'insert, delete', publish_via_partition_root = true);`,
    there: [`create publication "P p" with (publish = 'delete, insert', publish_via_partition_root = true)`],
    back: [`drop publication "P p"`],
  },
  "publishes no operation at all": {
    before: "create publication p;",
    after: "create publication p with (publish = '');",
    there: ["alter publication p set (publish = '')"],
    back: ["alter publication p set (publish = 'delete, insert, truncate, update')"],
  },
  "gains and loses tables, and leaves the others alone": {
    before: `create publication p for table a, "C c";`,
    after: "create publication p for table a, b;",
    there: [
      `alter publication p drop table only public."C c"`,
      "alter publication p add table only public.b, only public.child",
    ],
    back: [
      `alter publication p drop table only public.b, only public.child`,
      `alter publication p add table only public."C c"`,
    ],
  },
  "of a parent without its children": {
    before: "create publication p for table b;",
    after: "create publication p for table only b;",
    there: ["alter publication p drop table only public.child"],
  },
  "of a partitioned table": {
    before: "create publication p for table parted_1;",
    after: "create publication p for table parted with (publish_via_partition_root);",
  },
  "loses its last table": {
    before: "create publication p for table a;",
    after: "create publication p;",
    there: ["alter publication p drop table only public.a"],
  },
  "changes what it tells of a table in one statement, which leaves the others alone": {
    since: 15,
    before: `create publication p for table a (id, n) where (n > 0), b, "C c" (id, "N n") where ("N n" > 1);`,
    after: `create publication p for table a (id, note), "C c" (id, "N n") where ("N n" > 1), parted;`,
    there: [
      `alter publication p set table only public."C c" ("N n", id) where (("N n" > 1)), only public.a (id, note), only public.parted`,
    ],
  },
  "publishes schemas beside tables": {
    since: 15,
    before: "create publication p for table a, tables in schema one;",
    after: "create publication p for table a, b, tables in schema two;",
    there: [
      "alter publication p drop tables in schema one",
      "alter publication p add table only public.b, only public.child",
      "alter publication p add tables in schema two",
    ],
  },
  "changes a table and its schemas together": {
    since: 15,
    before: "create publication p for table a where (n > 0), tables in schema one;",
    after: "create publication p for table a where (n > 1), tables in schema one, two;",
    there: ["alter publication p set table only public.a where ((n > 1)), tables in schema one, two"],
  },
  "gives up a list of columns for a schema": {
    since: 15,
    before: "create publication p for table a (id);",
    after: "create publication p for tables in schema one;",
    there: ["alter publication p drop table only public.a", "alter publication p add tables in schema one"],
  },
  "publishes a partitioned table by its root before there is a condition": {
    since: 15,
    before: "create publication p for table parted;",
    after: "create publication p for table parted where (n > 0) with (publish_via_partition_root);",
    there: [
      "alter publication p set (publish_via_partition_root = true)",
      "alter publication p set table only public.parted where ((n > 0))",
    ],
    back: [
      "alter publication p set table only public.parted",
      "alter publication p set (publish_via_partition_root = false)",
    ],
  },
  "publishes generated columns": {
    since: 18,
    before: "create publication p with (publish_generated_columns = stored, publish = 'insert');",
    after: "create publication p;",
    there: ["alter publication p set (publish = 'delete, insert, truncate, update', publish_generated_columns = none)"],
    back: ["alter publication p set (publish = 'insert', publish_generated_columns = stored)"],
  },
  "gets another owner": {
    before: "create publication p;",
    after: "create publication p; alter publication p owner to confiture_clerk;",
  },
});

// With a slot of its own a subscription would hold up the test's database for ever.
const made = (name: string, rest = "") =>
  `create subscription ${name} connection 'dbname=nowhere' publication one with (connect = false, slot_name = none${rest});`;

testPairs("a subscription", "", {
  "is not made from a catalog, and dropped": {
    after: made("s"),
    there: "refused",
    back: ["drop subscription s"],
  },
  "takes other publications, and says what follows": {
    before: made("s"),
    after: `${made("s")} alter subscription s set publication "Two two", one with (refresh = false);`,
    there: [
      `-- What the subscription copies follows when this is run by hand: alter subscription s refresh publication\n` +
        `alter subscription s set publication "Two two", one with (refresh = false)`,
    ],
  },
  "changes its settings in one statement": {
    since: 14,
    before: made("s", ", binary = true, streaming = on, synchronous_commit = local"),
    after: made("s", ", synchronous_commit = 'remote_apply', streaming = off"),
    there: ["alter subscription s set (synchronous_commit = 'remote_apply', binary = 'false', streaming = 'off')"],
  },
  "gets a slot before it is enabled, and is disabled before it loses it": {
    before: made("s"),
    after: `${made("s")} alter subscription s set (slot_name = '1_slot'); alter subscription s enable;`,
    there: [`alter subscription s set (slot_name = "1_slot")`, "alter subscription s enable"],
    back: ["alter subscription s disable", "alter subscription s set (slot_name = none)"],
  },
});

// Both need a publisher that answers.
test("a subscription rests while a setting changes that is changed only at rest", () => {
  const running: CatalogSubscription = {
    name: "s",
    owner: "o",
    enabled: true,
    publications: ["p"],
    slot: "s",
    options: [],
  };
  const changed = { ...running, options: ["binary=true", "failover=true", "two_phase=true"] };
  const index = (serverVersion: number) => ({ catalog: { serverVersion } }) as CatalogIndex;
  const alter = (version: number) =>
    replicationRules.subscriptions.alter(running, changed, { before: index(version), after: index(version) });
  expect(alter(180_000)).toEqual([
    "alter subscription s disable",
    "alter subscription s set (binary = 'true')",
    "alter subscription s set (two_phase = 'true')",
    "alter subscription s set (failover = 'true')",
    "alter subscription s enable",
  ]);
  expect(() => alter(170_000)).toThrow("PostgreSQL changes two_phase of the subscription s only from version 18 on.");
});
