import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

testOnEachVersion("every test gets a fresh database of the version asked for", async (version) => {
  await using first = await openTestDatabase({ version });
  await using second = await openTestDatabase({ version });
  await first.query("create table only_here (n int)");
  const { rows } = await second.query<{ found: string | null; major: number }>(
    "select to_regclass('only_here') as found, current_setting('server_version_num')::int / 10000 as major",
  );
  expect(rows[0]).toEqual({ found: null, major: version });
});

test("databases opened with the same sql at once are copies of one template", async () => {
  const sql = "create table t (n int); insert into t select generate_series(1, 1000)";
  const opened = await Promise.all([1, 2, 3, 4].map(() => openTestDatabase({ sql })));
  for (const database of opened) {
    const { rows } = await database.query<{ count: string }>("select count(*) as count from t");
    expect(rows[0]?.count).toBe("1000");
    await database[Symbol.asyncDispose]();
  }
});

test("a disposed database is gone from the server", async () => {
  const database = await openTestDatabase();
  await database[Symbol.asyncDispose]();
  await using other = await openTestDatabase();
  const { rows } = await other.query("select from pg_database where datname = $1", [database.name]);
  expect(rows).toHaveLength(0);
});
