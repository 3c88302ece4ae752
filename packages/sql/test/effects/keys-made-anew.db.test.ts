import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const schema = `create schema side;
  create table span (id integer primary key, num integer) partition by range (id);
  create table span_low partition of span for values from (0) to (100);
  create table side.middle partition of span for values from (100) to (200) partition by range (id);
  create table middle_low partition of side.middle for values from (100) to (150);
  create table middle_rest partition of side.middle default;
  insert into span values (1), (120), (170);
  create table heir (id integer primary key);
  create table heir_below () inherits (heir);
  create table watcher (id integer primary key, span_id integer references span, heir_id integer references heir);
  insert into watcher values (1, 1), (2, 1);`;

const files: Readonly<Record<string, string>> = {
  "a column gets the type it has, and the key is made anew": "alter table watcher alter column span_id type integer",
  "a column of the key gets another type": "alter table watcher alter column span_id type bigint",
  "a key to a table with children is made anew": "alter table watcher alter column heir_id type bigint",
  "the key is dropped": "alter table watcher drop constraint watcher_span_id_fkey",
  "the table with the key is dropped": "drop table watcher",
  "a partition leaves": "alter table span detach partition side.middle",
  "a partition of a partition leaves": "alter table side.middle detach partition middle_low",
};

describeEachVersion("a foreign key to a partitioned table:", (version) => {
  for (const [name, file] of Object.entries(files)) {
    test(name, async () => {
      const { under, over } = await holdAgainstServer({ version, schema, file });
      // Whether what leaves is read in full or by its key is for the server's planner to say.
      expect({ under, over: over.filter((text) => !/read in full/.test(text)) }).toEqual({ under: [], over: [] });
    });
  }
});

const pair = `create table owner (id integer primary key, name varchar(10) unique);
  create table owned (id integer primary key, owner_id integer references owner, name varchar(10) references owner (name));
  insert into owner values (1, 'a');
  insert into owned values (1, 1, 'a');`;

describeEachVersion("a foreign key whose column gets a type of the same bytes looks at its rows", (version) => {
  for (const [name, file] of Object.entries({
    "when they are compared otherwise": "alter table owner alter column id type oid",
    "and not when they are compared as before": "alter table owner alter column name type text",
    "nor from its own side": "alter table owned alter column name type text",
  })) {
    test(name, async () => {
      const { under, over } = await holdAgainstServer({ version, schema: pair, file });
      expect({ under, over }).toEqual({ under: [], over: [] });
    });
  }
});
