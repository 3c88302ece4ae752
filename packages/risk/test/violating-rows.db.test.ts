import type { DataRequirement } from "@confiture/model";
import { checkData, findAnomalies, readRiskFacts } from "@confiture/risk";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

/** Rows that are said to stand against it, and whether PostgreSQL refuses the statement. */
async function judged(db: TestDatabase, requirement: DataRequirement, sql: string) {
  const [check] = await checkData(db, [requirement]);
  const refused = await db.query(`begin; ${sql}; rollback`).then(
    () => false,
    async () => {
      await db.query("rollback");
      return true;
    },
  );
  return [check?.kind === "violated" ? check.rows : check?.kind, refused ? "refused" : "accepted"];
}

testOnEachVersion("a composite value with empty fields is a value", async (version) => {
  await using db = await openTestDatabase({
    version,
    sql: `create type pair as (a text, b text);
      create table t (p pair, q pair, r pair);
      insert into t values (row('x', null), row(null, null), null), (row('x', null), row('y', null), null)`,
  });
  const unique = (column: string) =>
    judged(
      db,
      { kind: "unique", relation: "t", columns: [column], nullsNotDistinct: false },
      `alter table t add unique (${column})`,
    );
  expect(await unique("p")).toEqual([2, "refused"]);
  expect(await unique("q")).toEqual(["satisfied", "accepted"]);
  expect(await unique("r")).toEqual(["satisfied", "accepted"]);
  const notNull = (column: string) =>
    judged(db, { kind: "not_null", relation: "t", column }, `alter table t alter ${column} set not null`);
  expect(await notNull("q")).toEqual(["satisfied", "accepted"]);
  expect(await notNull("r")).toEqual([2, "refused"]);
});

testOnEachVersion("a table that is called like anything refers to itself", async (version) => {
  for (const name of ["partner", "found", "t"]) {
    await using db = await openTestDatabase({
      version,
      sql: `create table ${name} (id int primary key, parent_id int references ${name});
        insert into ${name} select g, nullif(g - 1, 0) from generate_series(1, 1000) g`,
    });
    expect(await findAnomalies(db, { relations: [name] })).toEqual({ anomalies: [], notInspected: [] });
    await db.query(
      `alter table ${name} drop constraint ${name}_parent_id_fkey; update ${name} set parent_id = 5000 where id = 7`,
    );
    const key = {
      kind: "foreign_key",
      relation: name,
      columns: ["parent_id"],
      references: name,
      match: "simple",
    } as const;
    expect(await judged(db, key, `alter table ${name} add foreign key (parent_id) references ${name}`)).toEqual([
      1,
      "refused",
    ]);
  }
});

test("ranges that overlap, and periods that are not covered, are counted as PostgreSQL 18 judges them", async () => {
  await using db = await openTestDatabase({
    version: 18,
    sql: `create extension btree_gist;
      create table rooms (id int, during int4range, primary key (id, during without overlaps));
      insert into rooms values (1, '[1,5)'), (1, '[5,9)'), (2, '[1,9)');
      create table stays (id int primary key, room int, during int4range);
      insert into stays values (1, 1, '[2,8)'), (2, 2, '[1,2)'), (3, 2, '[2,3)'), (4, null, '[1,99)')`,
  });
  const key = {
    kind: "foreign_key",
    relation: "stays",
    columns: ["room", "during"],
    references: "rooms",
    referencedColumns: ["id", "during"],
    match: "simple",
    period: true,
  } as const;
  const addKey = "alter table stays add foreign key (room, period during) references rooms (id, period during)";
  const overlaps = {
    kind: "unique",
    relation: "stays",
    columns: ["room", "during"],
    nullsNotDistinct: false,
    withoutOverlaps: true,
  } as const;
  const addUnique = "alter table stays add unique (room, during without overlaps)";
  expect(await judged(db, key, addKey)).toEqual(["satisfied", "accepted"]);
  expect(await judged(db, overlaps, addUnique)).toEqual(["satisfied", "accepted"]);
  await db.query("insert into stays values (5, 1, '[8,10)'), (6, 2, '[1,7)')");
  expect(await judged(db, key, addKey)).toEqual([1, "refused"]);
  expect(await judged(db, overlaps, addUnique)).toEqual([3, "refused"]);
  await db.query("delete from stays where id > 4");
  await db.query("insert into stays values (7, 9, 'empty')");
  expect(await judged(db, overlaps, addUnique)).toEqual([1, "refused"]);
  expect(await judged(db, key, addKey)).toEqual([1, "refused"]);
  await db.query(`delete from stays where id > 4; ${addKey}`);
  expect((await readRiskFacts(db, { relations: ["stays"] })).anomalies).toEqual([]);
});
