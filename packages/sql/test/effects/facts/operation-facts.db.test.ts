import {
  describeEachVersion,
  openTestDatabase,
  type ServerVersion,
  type TestDatabase,
  testVersions,
} from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operationFacts } from "../../../src/effects/facts/operation-facts.js";
import { type OperationFacts, probeSchema } from "../../../src/effects/facts/operation-row.js";
import { modesTaken, modeWaitedFor } from "./modes-taken.js";

const rows: readonly (readonly [string, OperationFacts])[] = Object.entries(operationFacts);
const notKnown = ["42601", "0A000"];
const insideTransactionBlock = "25001";

describeEachVersion("what a row says of an operation is what the server does", (version) => {
  let shared: TestDatabase;
  beforeAll(async () => {
    shared = await openTestDatabase({ version, sql: probeSchema });
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  for (const [kind, facts] of rows) {
    const { probe } = facts;
    if (probe.notRun !== undefined && version >= (facts.since ?? 13)) {
      test.skip(`${kind}: not run, ${probe.notRun}`);
      continue;
    }
    const stays = probe.setup === undefined && (facts.transactional ?? true);
    test(kind, () => (stays ? check(shared, facts, version) : checkInOwnDatabase(shared, facts, version)));
  }
});

/** For what a setup makes, and for what runs outside a transaction: it does not go with a rollback. */
async function checkInOwnDatabase(shared: TestDatabase, facts: OperationFacts, version: ServerVersion): Promise<void> {
  await dropWhatOutlivesADatabase(shared);
  {
    await using db = await openTestDatabase({ version, sql: probeSchema });
    for (const sql of facts.probe.setup ?? []) await db.query(sql);
    await check(db, facts, version);
    // A database with a subscription cannot be dropped.
    await db.query("drop subscription if exists made");
  }
  await dropWhatOutlivesADatabase(shared);
}

async function dropWhatOutlivesADatabase(db: TestDatabase): Promise<void> {
  await db.query("drop role if exists confiture_probe_role");
  await db.query("drop tablespace if exists confiture_probe_space");
}

async function check(db: TestDatabase, facts: OperationFacts, version: ServerVersion): Promise<void> {
  const relation = facts.probe.on ?? "probe";
  if (version < (facts.since ?? 13)) {
    expect(notKnown).toContain(await codeInTransaction(db, facts.probe.sql));
  } else if (facts.transactional === false) {
    expect(await codeInTransaction(db, facts.probe.sql)).toBe(insideTransactionBlock);
    if (facts.lock !== undefined) expect(await modeWaitedFor(db, facts.probe.sql, relation)).toBe(facts.lock);
  } else {
    const modes = await modesTaken(db, facts.probe.sql);
    const lock = facts.lock ?? facts.lockByVersion?.[version];
    if (lock !== undefined) expect(modes.get(relation)).toBe(lock);
    else if (facts.lockVariesBy !== undefined) expect(modes.get(relation)).toBeDefined();
    else expect([...modes]).toEqual([]);
  }
}

/** SQLSTATE of the refusal inside a transaction block; undefined when there is none. */
async function codeInTransaction(db: TestDatabase, sql: string): Promise<string | undefined> {
  await db.query("begin");
  try {
    await db.query(sql);
    return undefined;
  } catch (error) {
    return sqlState(error);
  } finally {
    await db.query("rollback");
  }
}

function sqlState(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && /^[0-9A-Z]{5}$/.test(at.code)) return at.code;
  }
  throw error;
}

for (const version of testVersions.filter((one) => one >= 14)) {
  test(`FINALIZE of an interrupted detachment takes what its row says (PostgreSQL ${version})`, async () => {
    const { lock, probe } = operationFacts.detach_partition_finalize;
    await using db = await openTestDatabase({ version, sql: probeSchema });
    {
      await using reader = await db.openSession();
      await reader.query("begin");
      await reader.query("select from probe_range");
      await db.query("set statement_timeout = 300");
      await expect(db.query(operationFacts.detach_partition_concurrently.probe.sql)).rejects.toThrow(/timeout/);
      await reader.query("rollback");
    }
    await db.query("reset statement_timeout");
    expect((await modesTaken(db, probe.sql)).get(probe.on ?? "probe")).toBe(lock);
  });
}
