import type { LockWait, PlannedMigration } from "@confiture/model";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { serverErrorBehind } from "../hooks/describe-hook-error.js";
import { guardOwnTables } from "../record/guard-own-tables.js";
import { backoffDelay, pause } from "./backoff.js";
import { cancelledError, cancelOnAbort } from "./cancel-on-abort.js";
import { type Cursor, failureAt } from "./failure-at.js";
import { StepFailure, type StepResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { guardRunLock } from "./run-lock.js";
import { asOurselves } from "./session-settings.js";
import { isServerError, sqlState } from "./statement-error.js";
import { describeBlockers, type WaitWatch, watchWaits } from "./watch-waits.js";

/** What runs between BEGIN and COMMIT, and the record that commits with it. */
export interface TransactionWork {
  readonly migration: PlannedMigration;
  /** Text behind BEGIN: an isolation level the author asked for. */
  readonly beginOptions: string | undefined;
  /** Runs the statements; `begin` goes in front of the first, in one message. */
  body(begin: string, cursor: Cursor): Promise<readonly StepResult[]>;
  /** SQL of the record, given what the body did and how long it took so far. */
  record(results: readonly StepResult[], elapsedMs: number): string;
  /** Whether the migration may have changed the role or reached our own tables by now. */
  readonly reachesBeyond: boolean;
  /** The run's last commit waits for the disk, and with it all before it. */
  readonly last: boolean;
}

const undone = "Nothing of this transaction remains.";

/**
 * Runs one transaction, and again from its first statement when a lock could not be had, until `lockRetryMs` is used up.
 *
 * @throws StepFailure with CONFITURE_LOCK_TIMEOUT, CONFITURE_STATEMENT_FAILED, CONFITURE_CANCELLED or CONFITURE_CONNECTION_LOST
 */
export async function runTransaction(run: ExecutingRun, work: TransactionWork): Promise<readonly StepResult[]> {
  const { options } = run;
  const started = options.now();
  for (let attempt = 1; ; attempt += 1) {
    const cursor: Cursor = { step: undefined, prefixLength: 0 };
    await using watch = watchRun(run, work.migration, cursor, options.lockTimeoutMs);
    using cancelling = cancelOnAbort(run);
    try {
      return await attemptOnce(run, work, started, cursor);
    } catch (error) {
      await cancelling.settled();
      await rollBack(run, error, cursor, work.migration.file);
      const because = retryReason(error, watch);
      const inMs = backoffDelay(attempt, options.random);
      const isLate = options.now() - started + inMs > options.lockRetryMs;
      if (options.signal?.aborted === true || because === undefined || isLate) {
        await run.moments.ledger.rolledBack();
        if (options.signal?.aborted === true) throw new StepFailure(cursor.step?.index ?? null, cancelledError());
        if (because === undefined) throw failureAt(error, cursor, work.migration.file, undone);
        throw lockTimeout(run, cursor, watch.lastWait(), attempt, options.now() - started);
      }
      // They were rolled back too, and run again with the rest.
      run.moments.ledger.forgetInside();
      options.emit({
        kind: "segment-retried",
        version: work.migration.version,
        attempt,
        inMs,
        because,
        blockers: watch.lastWait()?.blockers ?? [],
      });
      await pause(inMs, options.signal);
    }
  }
}

async function attemptOnce(
  run: ExecutingRun,
  work: TransactionWork,
  started: number,
  cursor: Cursor,
): Promise<readonly StepResult[]> {
  const { session, options } = run;
  const results = await work.body(`begin${work.beginOptions === undefined ? "" : ` ${work.beginOptions}`};`, cursor);
  if (options.signal?.aborted === true) throw cancelledError();
  const { ledger } = run.moments;
  // A hook may do whatever a program may.
  if (work.reachesBeyond || ledger.ranInside) {
    await session.query(asOurselves(run.settings));
    await guardOwnTables(session, options.ownSchema);
    await guardRunLock(session, options);
  }
  const durable = work.last ? `set local synchronous_commit = ${run.synchronousCommit};\n` : "";
  cursor.step = undefined;
  try {
    const hooks = ledger.textOfInside();
    await session.query(`${durable}${hooks}\n${work.record(results, options.now() - started)}\ncommit`);
    ledger.committed();
  } catch (error) {
    throw isRecordedMeanwhile(error, options.ownSchema) ? recordedMeanwhile(work.migration, error) : error;
  }
  return results;
}

/** The row was not there when this run began. */
function isRecordedMeanwhile(error: unknown, ownSchema: string): boolean {
  return isServerError(error) && error.code === "23505" && error.schema === ownSchema && error.table === "migrations";
}

function recordedMeanwhile({ version }: PlannedMigration, cause: unknown): ConfitureError {
  return new ConfitureError("CONFITURE_LOCK_LOST", `Another run has recorded migration ${version} meanwhile.`, {
    hint: "This run's transaction is rolled back. See `confiture migrate history`.",
    cause,
  });
}

/** A rollback that fails means that the connection is gone, and the server rolls back by itself. */
async function rollBack(run: ExecutingRun, error: unknown, cursor: Cursor, file: string): Promise<void> {
  try {
    await run.session.query("rollback");
  } catch (rollbackError) {
    throw failureAt(isServerError(error) ? rollbackError : error, cursor, file, undone);
  }
}

/** Opens a watch on this run's backend that reports waits with the statement they belong to. */
export function watchRun(
  run: ExecutingRun,
  migration: PlannedMigration,
  cursor: Cursor,
  budgetMs: number | undefined,
): WaitWatch {
  return watchWaits(run.database, {
    pid: run.pid,
    afterMs: Math.min(250, run.options.lockTimeoutMs / 4),
    budgetMs,
    onWaiting: (wait) =>
      run.options.emit({
        kind: "waiting-for-lock",
        version: migration.version,
        step: cursor.step?.index ?? 0,
        relation: wait.relation,
        mode: wait.mode,
        waitedMs: wait.waitedMs,
        blockers: wait.blockers,
      }),
  });
}

/** Why another attempt may succeed; undefined when it cannot. */
export function retryReason(raised: unknown, watch: WaitWatch): string | undefined {
  const isHooks = isConfitureError(raised) && raised.code === "CONFITURE_HOOK_FAILED";
  const error = isHooks ? serverErrorBehind(raised) : raised;
  if (!isServerError(error)) return undefined;
  if (error.code === sqlState.lockNotAvailable) return "a lock could not be had within lock_timeout";
  if (error.code === sqlState.deadlockDetected) return "the server found a deadlock";
  if (error.code === sqlState.serializationFailure) return "another transaction was in the way";
  if (error.code === sqlState.queryCanceled && watch.budgetSpent)
    return "the waits for locks came to more than lock_timeout";
  return undefined;
}

export function lockTimeout(
  run: ExecutingRun,
  cursor: Cursor,
  wait: LockWait | undefined,
  attempts: number,
  spentMs: number,
): StepFailure {
  const { lockTimeoutMs } = run.options;
  const error = new ConfitureError(
    "CONFITURE_LOCK_TIMEOUT",
    `A lock could not be had in ${attempts} ${attempts === 1 ? "attempt" : "attempts"} of ${lockTimeoutMs} ms over ${Math.round(spentMs / 1000)} s. ${describeBlockers(wait)}`,
    {
      ...(cursor.step === undefined ? {} : { at: cursor.step.at }),
      hint: "End the blocker, or run again when it is gone; --lock-retry allows more time. Nothing of this transaction remains.",
      facts: {
        attempts,
        ...(wait === undefined ? {} : { relation: wait.relation, mode: wait.mode, blockers: wait.blockers }),
      },
    },
  );
  return new StepFailure(cursor.step?.index ?? null, error);
}
