import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEnvironment } from "../../src/calibrate/read-environment.js";
import { buildWorkers } from "../../src/duration/parallel-workers.js";
import { readColumnFacts } from "../../src/duration/read-column-facts.js";

describeEachVersion("facts about a server", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test("columns are told with type, width, different values and order; before ANALYZE with what is certain", async () => {
    await db.query(
      `create table "Odd one" (id bigint, gone text, kind varchar(10), place point);
       alter table "Odd one" drop column gone`,
    );
    expect(await readColumnFacts(db, 'public."Odd one"')).toEqual([
      { column: "id", type: "bigint", averageWidth: 8 },
      { column: "kind", type: "character varying(10)", averageWidth: 32 },
      { column: "place", type: "point", averageWidth: 16 },
    ]);
    await db.query(
      `insert into "Odd one" select g, 'k' || g % 4, point(g, g) from generate_series(1, 1000) g; analyze "Odd one"`,
    );
    expect(await readColumnFacts(db, 'public."Odd one"')).toMatchObject([
      { column: "id", averageWidth: 8, distinct: 1000, correlation: 1 },
      { column: "kind", averageWidth: 3, distinct: 4 },
      { column: "place", averageWidth: 16 },
    ]);
  });

  test("the workers expected of a build are those the server asks for", async () => {
    await using session = await db.openSession();
    await session.query("set max_parallel_maintenance_workers = 4; set max_parallel_workers = 8");
    const found: unknown[] = [];
    const expected: unknown[] = [];
    let requested: number | undefined;
    session.onNotice?.(({ message }) => {
      const match = /^building index "i" on table "sized" (?:serially|with request for (\d+) parallel)/.exec(message);
      if (match !== null) requested = Number(match[1] ?? 0);
    });
    for (const [rows, memory] of [
      [1_000, "512MB"],
      [130_000, "512MB"],
      [500_000, "512MB"],
      [500_000, "100MB"],
      [500_000, "64MB"],
      [500_000, "40MB"],
    ] as const) {
      await session.query(
        `drop table if exists sized; set maintenance_work_mem = '${memory}'; set client_min_messages = notice;
         create table sized (n integer, filler text); insert into sized select g, repeat('x', 40) from generate_series(1, ${rows}) g`,
      );
      const environment = await readEnvironment(session);
      const size = await session.query<{ bytes: number }>("select pg_relation_size('sized')::float8 as bytes");
      for (const method of ["btree", "brin", "hash"]) {
        requested = undefined;
        await session.query(`set client_min_messages = debug1`);
        await session.query(`create index i on sized using ${method} (n)`);
        await session.query(`set client_min_messages = notice; drop index i`);
        found.push({ rows, memory, method, workers: requested });
        expected.push({ rows, memory, method, workers: buildWorkers(method, size.rows[0]!.bytes, environment) });
      }
    }
    expect(found).toEqual(expected);
  });
});
