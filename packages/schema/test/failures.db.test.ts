import type { Queryable } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { recordQueries, withInterruption } from "./with-interruption.js";

const setUp = "create table t (n integer); create view v as select n from t";

const settings = `select current_setting('search_path') as path, current_setting('datestyle') as style,
  current_setting('transaction_isolation') as isolation`;

/** A session whose query with this number does not go through. */
function failingAt(session: Queryable, failing: number): Queryable {
  return withInterruption(session, (number, text) => (number === failing ? "select 1 / 0" : text));
}

test("whichever query fails, the session has no transaction open afterwards and its settings are its own", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query("set search_path = a; set datestyle = 'SQL, DMY'");
  const before = (await session.query(settings)).rows;
  const queries = await recordQueries(session, (recorded) => readCatalog(recorded));
  expect(queries.length).toBeGreaterThan(5);
  for (const number of queries.keys()) {
    await expect(readCatalog(failingAt(session, number + 1)), queries[number]).rejects.toThrow("division by zero");
    expect((await session.query(settings)).rows).toEqual(before);
    await expect(session.query("savepoint outside")).rejects.toThrow("can only be used in transaction blocks");
  }
});

test("whichever query fails, the caller's transaction goes on with what it did and set", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query("begin; insert into t values (1); set local search_path = a; set local datestyle = 'SQL, DMY'");
  const before = (await session.query(settings)).rows;
  const inside = { insideTransaction: true };
  const queries = await recordQueries(session, (recorded) => readCatalog(recorded, inside));
  for (const number of queries.keys()) {
    // A savepoint that cannot be made leaves nothing to go back to.
    if (queries[number]?.startsWith("savepoint")) continue;
    await expect(readCatalog(failingAt(session, number + 1), inside), queries[number]).rejects.toThrow(
      /division by zero/,
    );
    expect((await session.query(settings)).rows).toEqual(before);
  }
  await session.query("commit");
  expect((await session.query("select n from t")).rows).toEqual([{ n: 1 }]);
});

test("a connection that is lost in the middle is told once, as itself", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  const losing = withInterruption(session, async (number, text) => {
    if (number === 4) {
      await db.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
      );
    }
    return text;
  });
  await expect(readCatalog(losing)).rejects.toMatchObject({ code: "CONFITURE_CONNECTION_LOST" });
});

test("an open transaction nobody spoke of is refused, and goes on", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await session.query("begin");
  await session.query("insert into t values (1)");
  await expect(readCatalog(session)).rejects.toThrow(TypeError);
  await session.query("rollback");
  expect((await session.query("select n from t")).rows).toEqual([]);
});

test("without a transaction, insideTransaction is refused by the server", async () => {
  await using db = await openTestDatabase({ sql: setUp });
  await using session = await db.openSession();
  await expect(readCatalog(session, { insideTransaction: true })).rejects.toMatchObject({ code: "25P01" });
});

testOnEachVersion("an object whose definition is gone from the catalog is named, not left out", async (version) => {
  await using db = await openTestDatabase({ version, sql: setUp });
  await db.query("set allow_system_table_mods = on; delete from pg_rewrite where ev_class = 'v'::regclass");
  await using session = await db.openSession();
  await expect(readCatalog(session)).rejects.toMatchObject({
    code: "CONFITURE_STATEMENT_FAILED",
    message: expect.stringContaining("public.v"),
  });
});

testOnEachVersion(
  "a damaged catalog is told in the server's words, and not taken for one that moves",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: "create table t (n integer primary key references t)" });
    await db.query(
      "set allow_system_table_mods = on; update pg_constraint set conindid = 1, confrelid = 1 where contype = 'f'",
    );
    await using session = await db.openSession();
    await expect(readCatalog(session)).rejects.toThrow(/cache lookup failed|relation with OID 1/);
  },
);

testOnEachVersion("the comment that a dropped subscription leaves behind is nobody's", async (version) => {
  await using db = await openTestDatabase({ version });
  await using session = await db.openSession();
  const before = await readCatalog(session);
  await session.query(
    "create subscription news connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)",
  );
  await session.query("comment on subscription news is 'what others tell'");
  await session.query("drop subscription news");
  expect(await readCatalog(session)).toEqual(before);
});
