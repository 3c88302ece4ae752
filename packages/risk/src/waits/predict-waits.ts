import type { LockHolder, LockMode, Operation, TransactionWait, WaitPrediction } from "@confiture/model";
import { lockModes, lockModesConflict } from "@confiture/model";
import type { ActivityFacts, SessionFacts } from "../facts/risk-facts.js";
import { keptOut } from "../plan/kept-out.js";
import { studyPlan } from "../plan/study-plan.js";
import { type Awaited, chanceToOutlast, typicalWait } from "./outlasting.js";

export interface PredictWaitsInput {
  readonly operations: readonly Operation[];
  /** Of one moment: somebody who comes a second later is not in it. */
  readonly activity: ActivityFacts;
  /** The `lock_timeout` the plan runs under. Absent or 0: none. */
  readonly lockTimeoutMs?: number;
  /** After which an autovacuum worker steps aside. Default: PostgreSQL's, 1000. */
  readonly deadlockTimeoutMs?: number;
}

/**
 * How long each lock the operations take would be waited for, given who holds what now, and what would queue behind the
 * request meanwhile. One entry for each relation with a lock from SHARE UPDATE EXCLUSIVE up, or with somebody in the
 * way of a weaker one; and one for each wait of a CONCURRENTLY form, behind which nobody queues. The chances follow
 * from the ages of the transactions open now (`chanceToOutlast` says how): a judgement of a moment, not a promise.
 */
export function predictWaits(input: PredictWaitsInput): readonly WaitPrediction[] {
  const { sessions } = input.activity;
  if (sessions === null) return [];
  const { locks } = studyPlan(input.operations);
  const scene: Scene = {
    sessions,
    hidden: input.activity.hidden,
    runningAges: sessions.flatMap(({ transactionAgeMs }) => (transactionAgeMs === null ? [] : [transactionAgeMs])),
    lockTimeoutMs: input.lockTimeoutMs ? input.lockTimeoutMs : null,
    deadlockTimeoutMs: input.deadlockTimeoutMs ?? 1_000,
  };
  const queued = [...locks].map(([relation, mode]) => waitForLock(relation, mode, scene));
  const beside = input.operations.flatMap(({ effect }) => effect.waits).map((wait) => waitForTransactions(wait, scene));
  return [...queued.filter(({ mode, holders }) => holders.length > 0 || isStrong(mode)), ...beside].sort(
    (a, b) => (b.typicalMs ?? Number.MAX_VALUE) - (a.typicalMs ?? Number.MAX_VALUE),
  );
}

interface Scene {
  readonly sessions: readonly SessionFacts[];
  /** Sessions of which nobody tells whether they have a transaction. */
  readonly hidden: number;
  readonly runningAges: readonly number[];
  readonly lockTimeoutMs: number | null;
  readonly deadlockTimeoutMs: number;
}

interface InTheWay {
  readonly session: SessionFacts;
  readonly holder: LockHolder;
}

function waitForLock(relation: string, mode: LockMode, scene: Scene): WaitPrediction {
  const inTheWay = scene.sessions.flatMap((session) => {
    const lock = conflictingLock(session, relation, mode);
    return lock === undefined ? [] : [{ session, holder: holderOf(session, lock) }];
  });
  return {
    relation,
    mode,
    kind: "lock",
    ...reckon(inTheWay, scene, scene.lockTimeoutMs),
    queues: keptOut(mode),
    sessionsAffected: scene.sessions.filter(({ locks }) => locks.some((lock) => lock.relation === relation)).length,
  };
}

/** Outside the lock queue there is no lock_timeout: these waits end when the transactions do. */
function waitForTransactions(wait: TransactionWait, scene: Scene): WaitPrediction {
  const { relation, conflictingWith, oldSnapshots } = wait;
  const inTheWay = scene.sessions.flatMap((session) => {
    const lock = conflictingLock(session, relation, conflictingWith);
    if (lock !== undefined) return [{ session, holder: holderOf(session, lock) }];
    // Of a hidden session it is not known whether it has a snapshot.
    const snapshot = session.holdsSnapshot || (session.state === "hidden" && session.transactionAgeMs === null);
    return oldSnapshots && snapshot ? [{ session, holder: holderOf(session) }] : [];
  });
  return {
    relation,
    mode: conflictingWith,
    kind: "transactions",
    ...reckon(inTheWay, scene, null),
    // Locks are shown to everybody, snapshots are not, and one of the hidden may have an old one.
    ...(oldSnapshots && scene.hidden > 0 ? { typicalMs: null } : {}),
    queues: [],
    sessionsAffected: 0,
  };
}

/** The strongest that stands against the mode. Who waits for one is in the way too: the queue is served in order. */
function conflictingLock(session: SessionFacts, relation: string, mode: LockMode) {
  return session.locks
    .filter((lock) => lock.relation === relation && lockModesConflict(lock.mode, mode))
    .sort((a, b) => Number(b.granted) - Number(a.granted) || lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode))[0];
}

function holderOf(session: SessionFacts, lock?: SessionFacts["locks"][number]): LockHolder {
  const { pid, applicationName, state, backend, transactionAgeMs } = session;
  return {
    pid,
    applicationName,
    state: state === "" ? backend : state,
    transactionAgeMs,
    ...(lock === undefined ? {} : { mode: lock.mode }),
    granted: lock?.granted ?? true,
  };
}

function reckon(inTheWay: readonly InTheWay[], scene: Scene, lockTimeoutMs: number | null) {
  const holders = inTheWay
    .map(({ holder }) => holder)
    .sort((a, b) => (b.transactionAgeMs ?? Number.MAX_VALUE) - (a.transactionAgeMs ?? Number.MAX_VALUE));
  const hidden = holders.some(({ transactionAgeMs }) => transactionAgeMs === null);
  const awaited = inTheWay.map(({ session }): Awaited => {
    const ageMs = session.transactionAgeMs ?? 0;
    return session.yields ? { ageMs, atMostMs: scene.deadlockTimeoutMs } : { ageMs };
  });
  return {
    holders,
    typicalMs: hidden ? null : typicalWait(awaited, scene.runningAges),
    exceedsTimeout:
      hidden || lockTimeoutMs === null ? null : chanceToOutlast(awaited, lockTimeoutMs, scene.runningAges),
    lockTimeoutMs,
  };
}

function isStrong(mode: LockMode): boolean {
  return lockModes.indexOf(mode) >= lockModes.indexOf("ShareUpdateExclusiveLock");
}
