import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { analyzeSql } from "./analyze-for-test.js";

const shop = `
  create table logs (id int primary key, note text);
  insert into logs select g, 'somebody wrote something down' from generate_series(1, 20000) g;
  create table orders (id int primary key, logged int references logs);
  analyze;
`;

testOnEachVersion("a table that is there is not taken for one that the plan makes", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const plain = await analyzeSql("alter table logs add column u uuid default gen_random_uuid();", db.url);
  const passedOver = await analyzeSql(
    "create table if not exists logs (v int); alter table logs add column u uuid default gen_random_uuid();",
    db.url,
  );
  const renamed = await analyzeSql(
    "alter table logs add column u uuid default gen_random_uuid(); alter table logs rename to logs_old; create table logs (id int);",
    db.url,
  );
  const replaced = await analyzeSql(
    "alter table logs add column u uuid default gen_random_uuid(); drop table logs cascade; create table logs (id int);",
    db.url,
  );
  const lockMs = plain.risk.downtime.estimatedMs;
  expect(lockMs).toBeGreaterThan(10);
  for (const { risk } of [passedOver, renamed, replaced]) {
    expect(risk.downtime.estimatedMs).toBeGreaterThanOrEqual(lockMs);
    expect(risk.factors[0]?.measured).toBe(plain.risk.factors[0]?.measured);
  }
  const dropped = await analyzeSql("create table if not exists logs (v int); drop table logs cascade;", db.url);
  expect(dropped.risk.categories).toContainEqual(
    expect.objectContaining({
      name: "data_loss",
      level: "critical",
      reasons: expect.arrayContaining([expect.stringContaining("loses table of public.logs")]),
    }),
  );
  expect(dropped.risk.factors[0]?.measured).toBe(plain.risk.factors[0]?.measured);
});

test("nobody waits for a table that is new, and what IF NOT EXISTS may find counts as there", async () => {
  const fresh = await analyzeSql("create table fresh (id int); create index on fresh (id); drop table fresh;");
  expect([fresh.risk.level, fresh.code]).toEqual(["low", 0]);
  const maybe = await analyzeSql("create table if not exists logs (id int); create index on logs (id);");
  expect([maybe.risk.level, maybe.code]).toEqual(["critical", 1]);
});
