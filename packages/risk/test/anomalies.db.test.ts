import { findAnomalies, readRiskFacts } from "@confiture/risk";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

testOnEachVersion("a database in order has no anomalies, and everything was looked at", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: `create table parents (id bigint generated always as identity primary key);
      create table children (id serial primary key, parent bigint not null references parents);
      insert into parents select from generate_series(1, 100);
      insert into children (parent) select id from parents;
      analyze parents, children`,
  });
  expect(await findAnomalies(db, { relations: ["parents", "children"] })).toEqual({ anomalies: [], notInspected: [] });
});

testOnEachVersion("each anomaly is found with what shows it and a query that finds it again", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: `create table parents (id int primary key);
      create table orphans (id int primary key, parent int);
      insert into parents select generate_series(1, 10);
      insert into orphans select n, n from generate_series(1, 14) n;
      alter table orphans add constraint parents_known foreign key (parent) references parents not valid;
      create table tampered (id int primary key, parent int references parents, n int);
      alter table tampered disable trigger all;
      insert into tampered values (1, 77);
      create function nothing() returns trigger language plpgsql as 'begin return new; end';
      create trigger quiet before insert on parents for each row execute function nothing();
      alter table parents disable trigger quiet;
      alter table orphans add constraint positive check (id > 3) not valid;
      create table twice (id int);
      insert into twice values (1), (1);
      create table small (id smallserial primary key, note text);
      select setval('small_id_seq', 31500);
      create table behind (id serial primary key);
      insert into behind values (1), (2), (7);
      create table gaps (id bigserial primary key);
      select setval('gaps_id_seq', 5000000);
      insert into gaps default values;
      analyze gaps;
      create table bloated (id int, filler text);
      alter table bloated set (autovacuum_enabled = off);
      insert into bloated select n, repeat('x', 200) from generate_series(1, 20000) n;
      delete from bloated where id > 2000;
      analyze bloated`,
  });
  await db.query("create unique index concurrently twice_once on twice (id)").catch(() => undefined);
  const relations = ["parents", "orphans", "tampered", "twice", "small", "behind", "gaps", "bloated"];
  const { anomalies, notInspected } = await findAnomalies(db, { relations });
  expect(notInspected).toEqual([]);
  const found = anomalies.map(({ name, severity, object }) => `${severity} ${name} ${object}`);
  expect(found.sort()).toEqual(
    [
      "critical orphaned_rows tampered",
      "critical sequence_behind public.behind_id_seq",
      "critical sequence_exhaustion public.small_id_seq",
      "high disabled_trigger public.tampered",
      "high invalid_index public.twice_once",
      "high orphaned_rows orphans",
      "low bloat public.bloated",
      "low sequence_gaps public.gaps_id_seq",
      "medium disabled_trigger public.parents",
      "medium not_valid_constraint public.orphans",
      "medium not_valid_constraint public.orphans",
    ].sort(),
  );
  const evidence = (name: string) => anomalies.find((one) => one.name === name)!.evidence;
  expect(anomalies.filter(({ name }) => name === "orphaned_rows").map((one) => one.evidence)).toEqual([
    { constraint: "parents_known", validated: false, rows: 4, exact: true },
    { constraint: "tampered_parent_fkey", validated: true, rows: 1, exact: true },
  ]);
  expect(evidence("sequence_exhaustion")).toMatchObject({ table: "public.small", column: "id", remaining: 1267 });
  expect(evidence("sequence_behind")).toEqual({ table: "public.behind", column: "id", behindBy: 7 });
  expect(evidence("bloat")).toMatchObject({ method: "widths of pg_stats" });
  expect(Number(evidence("bloat").share)).toBeGreaterThan(0.8);
  expect(evidence("invalid_index")).toMatchObject({ table: "public.twice", unique: true, maybeBeingBuilt: false });
  for (const { name, query } of anomalies) {
    expect((await db.query(query)).rows.length, name).toBeGreaterThan(0);
  }
});

testOnEachVersion("statistics from before most of the rows are told as old", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create table t (n int) with (autovacuum_enabled = off)" });
  await db.query("analyze t");
  await db.query("insert into t select generate_series(1, 5000)");
  // The server tells what was modified a moment later.
  await expect
    .poll(async () => (await findAnomalies(db, { relations: ["t"] })).anomalies, { timeout: 10_000 })
    .toMatchObject([
      { name: "stale_statistics", severity: "low", object: "public.t", evidence: { modifiedRows: 5000 } },
    ]);
});

testOnEachVersion("a role that may read nothing says what it could not look at", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: `create table parents (id serial primary key);
      create table children (id int primary key, parent int references parents);
      insert into parents default values`,
  });
  const role = `anomaly_reader_${process.pid}_${version}`;
  await db.query(`create role ${role}`);
  try {
    await db.query(`set role ${role}`);
    const { anomalies, notInspected } = await findAnomalies(db, { relations: ["parents", "children"] });
    expect(anomalies).toEqual([]);
    expect(notInspected).toEqual([
      "sequences that run out, public.parents_id_seq: this role may not read it",
      "sequences behind their columns, 1 of them: this role may not read them",
      "orphaned rows of children_parent_fkey of children: this role may not read it, or not all of its rows",
    ]);
  } finally {
    await db.query(`reset role; drop role ${role}`);
  }
});

test("a table due for a vacuum against wraparound is told", async () => {
  await using db = await openTestDatabase({
    sql: "create table old (n int) with (autovacuum_freeze_max_age = 100000, autovacuum_enabled = off); insert into old values (1)",
  });
  await db.query(`do $$ begin for i in 1..101000 loop perform pg_current_xact_id(); commit; end loop; end $$`);
  const { anomalies } = await findAnomalies(db, { relations: ["old"] });
  expect(anomalies).toMatchObject([
    { name: "transaction_id_age", severity: "medium", evidence: { dueAt: 100_000, age: expect.any(Number) } },
  ]);
});

test("facts bring anomalies and checks along, within their budget", async () => {
  await using db = await openTestDatabase({
    sql: `create table parents (id int primary key);
      create table children (id int primary key, parent int);
      insert into children select n, n from generate_series(1, 10) n;
      alter table children add constraint known foreign key (parent) references parents not valid`,
  });
  const requirements = [{ kind: "not_null", relation: "children", column: "parent" }] as const;
  const facts = await readRiskFacts(db, { relations: ["parents", "children"], requirements });
  expect(facts.anomalies!.map(({ name }) => name)).toEqual(["not_valid_constraint", "orphaned_rows"]);
  expect(facts.checks).toMatchObject([{ kind: "satisfied" }]);
  const hasty = await readRiskFacts(db, { relations: ["parents", "children"], requirements, scanBudgetMs: 0 });
  expect(hasty.anomalies!.map(({ name }) => name)).toEqual(["not_valid_constraint"]);
  expect(hasty.checks).toMatchObject([{ kind: "not_inspected" }]);
  expect(hasty.notInspected).toEqual(["orphaned rows of known of children: the time for all checks was used up"]);
});
