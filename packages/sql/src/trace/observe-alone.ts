import { setTimeout as delay } from "node:timers/promises";
import { ConfitureError, type Database, type LockMode, type OwnedSession, type Statement } from "@confiture/model";
import { deriveEffect } from "./derive-effect.js";
import { holdLocks, type LockHolder, waitedForThrough } from "./lock-holders.js";
import type { ObservedEffect, ObservedWait } from "./observed-effect.js";
import { relatedTables } from "./related-tables.js";
import { type RelationFacts, readRelationFacts } from "./relation-facts.js";
import { withServerNotes } from "./server-notes.js";

/** Each table takes four sessions. */
const mostTables = 6;
const everyMs = 5;
const longestMs = 60_000;

/**
 * Runs a statement that PostgreSQL refuses inside a transaction block (the CONCURRENTLY forms, VACUUM, …) and watches it
 * from other sessions, which hold weak locks on its tables and let go as soon as it waits for them. What it asks for is
 * seen in the queue, and what it waits for without asking too. It is really run and committed: for a shadow that nobody
 * else uses. PostgreSQL 13–18.
 *
 * Locks are lower bounds (`locksAtLeast`) once a holder that would have shown a stronger one has had to let go.
 *
 * @throws CONFITURE_STATEMENT_FAILED when it is still not done after 60 s; errors of the statement are the driver's own.
 */
export async function observeAlone(database: Database, statement: Statement): Promise<ObservedEffect> {
  await using watcher = await database.openSession();
  await using runner = await database.openSession();
  const tables = (await relatedTables(watcher, statement)).slice(0, mostTables);
  const before = [...(await readRelationFacts(watcher)).values()];
  await using held = await holdLocks(database, tables);
  const { rows } = await runner.query<{ pid: number }>("select pg_backend_pid() as pid");
  const running = watchable(withServerNotes(runner, () => runner.query(statement.text), { local: false }));
  const watched = await watchUntilDone({ watcher, pid: rows[0]!.pid, holders: held.holders, running });
  const { notes } = await running.result;
  const after = await readRelationFacts(watcher, before);
  const seen = deriveEffect({ before, after: withModes(after, watched.modes), notes, planned: false });
  return {
    ...seen,
    locksAtLeast: [...seen.locks, ...seen.indexLocks].filter(({ relation }) => !watched.stillShown.has(relation)),
    // Only in the queue of a table that is held is every request seen.
    perhapsLocked: before.map(({ name }) => name).filter((name) => !tables.includes(name)),
    // Another session's counters are not ours to read in time.
    perhapsScanned: before.map(({ name }) => name),
    waits: watched.waits,
  };
}

interface Running<Result> {
  readonly result: Promise<Result>;
  readonly isDone: () => boolean;
}

function watchable<Result>(result: Promise<Result>): Running<Result> {
  let done = false;
  const settle = () => {
    done = true;
  };
  result.then(settle, settle);
  return { result, isDone: () => done };
}

interface Watch {
  readonly watcher: OwnedSession;
  readonly pid: number;
  readonly holders: readonly LockHolder[];
  readonly running: Running<unknown>;
}

interface Watched {
  /** Asked for or held, by oid. */
  readonly modes: ReadonlyMap<number, ReadonlySet<LockMode>>;
  readonly waits: readonly ObservedWait[];
  /** Tables on which ACCESS EXCLUSIVE would have been seen to the end. */
  readonly stillShown: ReadonlySet<string>;
}

async function watchUntilDone({ watcher, pid, holders, running }: Watch): Promise<Watched> {
  const modes = new Map<number, Set<LockMode>>();
  const waitedFor = new Map<string, LockHolder>();
  const released = new Set<LockHolder>();
  const deadline = performance.now() + longestMs;
  while (!running.isDone()) {
    const sample = await readSample(watcher, pid);
    for (const { oid, mode } of sample.locks) modes.set(oid, new Set([...(modes.get(oid) ?? []), mode]));
    const met = holders.filter((holder) => sample.blockers.includes(holder.pid) && !released.has(holder));
    for (const holder of met) {
      if (!sample.asksForRelation) noteWait(waitedFor, holder);
      released.add(holder);
      await holder.release();
    }
    if (met.length === 0) await delay(everyMs);
    if (performance.now() > deadline) await giveUp(watcher, pid, running);
  }
  const gone = [...released].filter(({ mode }) => mode === "AccessShareLock").map(({ relation }) => relation);
  const shown = holders.map(({ relation }) => relation).filter((relation) => !gone.includes(relation));
  const waits = [...waitedFor.values()].map(({ relation, mode }) => ({
    relation,
    conflictingWith: waitedForThrough[mode],
  }));
  return { modes, waits, stillShown: new Set(shown) };
}

/** Whoever holds the weakest mode that is waited for tells what is waited for. */
function noteWait(waitedFor: Map<string, LockHolder>, holder: LockHolder): void {
  const known = waitedFor.get(holder.relation);
  const strengths = Object.keys(waitedForThrough);
  if (known === undefined || strengths.indexOf(holder.mode) < strengths.indexOf(known.mode)) {
    waitedFor.set(holder.relation, holder);
  }
}

async function giveUp(watcher: OwnedSession, pid: number, running: Running<unknown>): Promise<never> {
  await watcher.query("select pg_cancel_backend($1)", [pid]);
  await running.result.catch(() => undefined);
  throw new ConfitureError("CONFITURE_STATEMENT_FAILED", `The statement was not done after ${longestMs} ms.`, {
    hint: "Trace it on a database that nobody else uses.",
  });
}

interface Sample {
  readonly locks: readonly { readonly oid: number; readonly mode: LockMode }[];
  readonly blockers: readonly number[];
  /** It stands in a relation's queue; otherwise it waits for a transaction to end. */
  readonly asksForRelation: boolean;
}

/**
 * Who blocks is asked first: whoever it was still blocks when the locks are read, because only we let go. In the other
 * order a request that came in between looks like a wait for a transaction.
 */
async function readSample(watcher: OwnedSession, pid: number): Promise<Sample> {
  const blocking = await watcher.query<{ pids: readonly number[] }>("select pg_blocking_pids($1) as pids", [pid]);
  const { rows } = await watcher.query<Omit<Sample, "blockers">>(
    `select coalesce(json_agg(json_build_object('oid', relation::int8, 'mode', mode)) filter (where locktype = 'relation'), '[]')
        as locks,
      coalesce(bool_or(not granted and locktype = 'relation'), false) as "asksForRelation"
    from pg_catalog.pg_locks
    where pid = $1`,
    [pid],
  );
  return { ...rows[0]!, blockers: blocking.rows[0]!.pids };
}

/** The watcher holds nothing itself; what it saw of the other session stands in its place. */
function withModes(
  after: ReadonlyMap<number, RelationFacts>,
  modes: ReadonlyMap<number, ReadonlySet<LockMode>>,
): ReadonlyMap<number, RelationFacts> {
  return new Map([...after].map(([oid, facts]) => [oid, { ...facts, held: [...(modes.get(oid) ?? [])] }]));
}
