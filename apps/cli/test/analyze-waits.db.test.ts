import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { analysisText, analyzeSql } from "./analyze-for-test.js";

testOnEachVersion("a role that may not see others does not say that CONCURRENTLY waits for nobody", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create table orders (id int); analyze;" });
  await using other = await db.openSession();
  await other.query("begin isolation level repeatable read; select 1");
  const role = `blind_${version}_${process.pid}`;
  await db.query(`create role ${role} login password 'nothing'`);
  const url = new URL(db.url);
  url.username = role;
  url.password = "nothing";
  const sql = "create index concurrently on orders (id)";
  try {
    const { risk } = await analyzeSql(sql, url.href);
    expect(risk.waits.find(({ kind }) => kind === "transactions")).toMatchObject({ holders: [], typicalMs: null });
    const text = await analysisText(sql, [], url.href);
    expect(text.replaceAll(/\s+/g, " ")).toContain("who is in the way this role may not see");
    const seen = await analyzeSql(sql, db.url);
    expect(seen.risk.waits.find(({ kind }) => kind === "transactions")?.holders).toHaveLength(1);
  } finally {
    await db.query(`drop role ${role}`);
  }
});
