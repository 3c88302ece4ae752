import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { analysisText, analyzeSql } from "./analyze-for-test.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

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

testOnEachVersion("who keeps readers of the schema out is named", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create table t (n int); create view v as select n from t" });
  await using holder = await db.openSession();
  await holder.query("begin; lock table v in access exclusive mode");
  using folder = projectFolder({
    "confiture.yaml": "environments:\n  local:\n    database_url: ${DATABASE_URL}\n",
    "x.sql": "alter table t add column m int;",
  });
  const { code, stderr } = await runConfiture(["migrate", "analyze", "x.sql", "--env", "local"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([code, stderr.replaceAll(/\s+/g, " ")]).toEqual([
    3,
    expect.stringMatching(
      new RegExp(`pid ${holder.processId} \\(confiture test, idle in transaction\\) has public\\.[tv] since \\d+ s`),
    ),
  ]);
});
