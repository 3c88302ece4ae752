import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const referred: Readonly<Record<string, string>> = {
  "a partitioned table": `create table r (k int primary key) partition by range (k);
    create table r1 partition of r for values from (0) to (10); create table r2 partition of r for values from (10) to (20);`,
  "a table of two levels": `create table r (k int primary key) partition by range (k);
    create table r1 partition of r for values from (0) to (10) partition by range (k);
    create table r2 partition of r1 for values from (0) to (10);`,
  "a table with children": "create table r (k int primary key); create table r1 () inherits (r);",
};

describeEachVersion("VALIDATE of a foreign key reads all that it refers to:", (version) => {
  for (const [name, table] of Object.entries(referred)) {
    test(name, async () => {
      const schema = `${table} create table t (k int); insert into r values (1); insert into t values (1);
        alter table t add constraint known foreign key (k) references r not valid`;
      const file = "alter table t validate constraint known";
      const { predicted, under, over } = await holdAgainstServer({ version, schema, file });
      expect({ under, over, certainty: predicted.certainty }).toEqual({ under: [], over: [], certainty: "certain" });
    });
  }
});
