import { catalogHash, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

testOnEachVersion("a read beside a stream of DDL is either whole or refused as moved", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create table fixed (n int)" });
  await using writer = await db.openSession();
  await using reader = await db.openSession();
  // Each commit holds all of it or nothing, so a catalog with a part of it would be a torn one.
  const make =
    "begin; create table pair (a int, b int); create index pair_a on pair (a); create view pair_view as select a, b from pair; commit";
  const drop = "begin; drop view pair_view; drop table pair; commit";
  const whole = new Set<string>();
  whole.add(catalogHash(await readCatalog(reader)));
  await writer.query(make);
  whole.add(catalogHash(await readCatalog(reader)));
  let running = true;
  const stream = (async () => {
    while (running) {
      await writer.query(drop);
      await writer.query(make);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    }
  })();
  const outcomes = { whole: 0, moved: 0 };
  try {
    for (let round = 0; round < 40; round += 1) {
      try {
        expect(whole).toContain(catalogHash(await readCatalog(reader)));
        outcomes.whole += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: "CONFITURE_CATALOG_MOVED" });
        outcomes.moved += 1;
      }
    }
  } finally {
    running = false;
    await stream;
  }
  expect(outcomes.whole + outcomes.moved).toBe(40);
});

testOnEachVersion(
  "TRUNCATE, VACUUM, ANALYZE and temporary tables beside a read do not count as DDL",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: "create table t (n int primary key, s text)" });
    await using writer = await db.openSession();
    await using reader = await db.openSession();
    let rounds = 0;
    let running = true;
    const stream = (async () => {
      while (running) {
        await writer.query("insert into t select g, 'x' from generate_series(1, 100) g");
        await writer.query("vacuum analyze t");
        await writer.query("truncate t");
        await writer.query("create temp table scratch (n int primary key, s text default 'x'); drop table scratch");
        rounds += 1;
      }
    })();
    try {
      for (let round = 0; round < 10; round += 1) await readCatalog(reader);
    } finally {
      running = false;
      await stream;
    }
    expect(rounds).toBeGreaterThan(0);
  },
);
