import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const schema = `create table people (id int primary key);
  create table span (id int not null, kind text, ref_id int) partition by range (id);
  create table span_low partition of span for values from (0) to (100);
  create table span_mid partition of span for values from (100) to (200) partition by range (id);
  create table span_mid_a partition of span_mid for values from (100) to (150);
  create table span_mid_rest partition of span_mid default;
  create index span_only on only span (kind);
  create table flat (id int, ref_id int);
  create table watched (id int primary key) partition by range (id);
  create table watched_mid partition of watched for values from (100) to (200) partition by range (id);
  create table watched_mid_a partition of watched_mid for values from (100) to (150);
  create table watcher (id int references watched);
  create table once (n int, m int);
  create unique index once_n on once (n);
  create table settled (id int, constraint there check (id is not null));`;

const files: Readonly<Record<string, string>> = {
  "a column of an index that only the partitioned table has gets its own type":
    "alter table span alter column kind type text",
  "the same beside SET NOT NULL": "alter table span alter column kind type text, alter column ref_id set not null",
  "the same with another type": "alter table span alter column kind type varchar",
  "a key of a partitioned table beside what needs more":
    "alter table span add constraint k foreign key (ref_id) references people, set without oids",
  "a key of a partitioned table alone": "alter table span add constraint k foreign key (ref_id) references people",
  "a key beside what needs more":
    "alter table flat add constraint k foreign key (ref_id) references people, set without oids",
  "a partitioned partition leaves": "alter table span detach partition span_mid",
  "a partition leaves": "alter table span detach partition span_low",
  "a partition of a partition leaves": "alter table span_mid detach partition span_mid_a",
  "an index becomes a constraint's under another name, and the table is written anew":
    "alter table once add constraint only_once unique using index once_n, alter column n type bigint",
  "an index becomes a constraint's under another name, and the table is not logged any more":
    "alter table once add constraint only_once unique using index once_n, set unlogged",
  "triggers of a partition that somebody refers to by way of the whole": "alter table watched_mid enable trigger all",
  "SET NOT NULL where a CHECK says it": "alter table settled alter column id set not null",
};

describeEachVersion("ALTER TABLE does what was said of it:", (version) => {
  for (const [name, file] of Object.entries(files)) {
    test(name, async () => {
      const { under, over } = await holdAgainstServer({ version, schema, file });
      expect({ under, over }).toEqual({ under: [], over: [] });
    });
  }

  test.runIf(version >= 18)("SET NOT NULL where a CHECK says it, behind a NOT NULL that is not valid", async () => {
    const { under, over } = await holdAgainstServer({
      version,
      schema: `${schema} alter table settled add constraint nn not null id not valid;`,
      file: "alter table settled alter column id set not null",
    });
    expect({ under, over }).toEqual({ under: [], over: [] });
  });
});
