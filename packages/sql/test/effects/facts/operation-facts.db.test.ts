import type { LockMode, OwnedSession } from "@confiture/model";
import { lockModes } from "@confiture/model";
import { describeEachVersion, openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operationFacts } from "../../../src/effects/facts/operation-facts.js";
import { type OperationFacts, probeSchema } from "../../../src/effects/facts/operation-row.js";

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
    if (probe.notRun !== undefined) {
      test.skip(`${kind}: not run, ${probe.notRun}`);
      continue;
    }
    const stays = probe.setup === undefined && (facts.transactional ?? true);
    test(kind, () => (stays ? check(shared, facts, version) : checkInOwnDatabase(shared, facts, version)));
  }
});

/** For what a setup makes, and for what runs outside a transaction: it does not go with a rollback. */
async function checkInOwnDatabase(shared: TestDatabase, facts: OperationFacts, version: ServerVersion): Promise<void> {
  const dropRole = () => shared.query("drop role if exists confiture_probe_role");
  await dropRole();
  {
    await using db = await openTestDatabase({ version, sql: probeSchema });
    for (const sql of facts.probe.setup ?? []) await db.query(sql);
    await check(db, facts, version);
    // A database with a subscription cannot be dropped.
    await db.query("drop subscription if exists made");
  }
  await dropRole();
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
    if (facts.lockVariesBy !== undefined) expect(modes.get(relation)).toBeDefined();
    else if (lock !== undefined) expect(modes.get(relation)).toBe(lock);
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

/** The strongest mode on each relation that was there before, by its name then. */
async function modesTaken(db: TestDatabase, sql: string): Promise<ReadonlyMap<string, LockMode>> {
  const before = new Map((await readRelations(db)).map(({ oid, name }) => [oid, name]));
  await db.query("begin");
  try {
    await db.query(sql);
    const { rows: held } = await db.query<{ relation: number; mode: LockMode }>(
      `select relation, mode from pg_locks
       where pid = pg_backend_pid() and locktype = 'relation'
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return strongest(
      held.flatMap(({ relation, mode }) => {
        const name = before.get(relation);
        return name === undefined ? [] : [[name, mode] as const];
      }),
    );
  } finally {
    await db.query("rollback");
  }
}

async function readRelations(db: TestDatabase) {
  const { rows: relations } = await db.query<{ oid: number; name: string }>(
    "select oid, relname as name from pg_class where relnamespace = 'public'::regnamespace",
  );
  return relations;
}

function strongest(held: readonly (readonly [string, LockMode])[]): ReadonlyMap<string, LockMode> {
  const modes = new Map<string, LockMode>();
  for (const [name, mode] of held) {
    const known = modes.get(name);
    if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) modes.set(name, mode);
  }
  return modes;
}

/**
 * What a statement that runs alone asks of a relation. The holder's mode lets by the AccessShareLock with which VACUUM
 * looks at a table first, and stops everything such statements are about. Then the statement runs to its end.
 */
async function modeWaitedFor(db: TestDatabase, sql: string, relation: string): Promise<LockMode> {
  await using waiter = await db.openSession();
  const pid = await backendOf(waiter);
  await db.query("begin");
  await db.query(`lock table ${relation} in share update exclusive mode`);
  const done = waiter.query(sql);
  try {
    return await Promise.race([
      readWait(db, pid, relation),
      done.then(() => Promise.reject(new Error("it did not wait"))),
    ]);
  } finally {
    await db.query("rollback");
    await done;
  }
}

async function backendOf(session: OwnedSession): Promise<number> {
  const { rows: backends } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return backends[0]!.pid;
}

async function readWait(db: TestDatabase, pid: number, relation: string): Promise<LockMode> {
  for (;;) {
    const { rows: waits } = await db.query<{ mode: LockMode }>(
      "select mode from pg_locks where pid = $1 and relation = $2::regclass and not granted",
      [pid, relation],
    );
    if (waits[0] !== undefined) return waits[0].mode;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
