import type { PlannedMigration, PlannedSegment, PlannedStep } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteQualified } from "@confiture/sql";
import { backoffDelay, pause } from "./backoff.js";
import { cancelledOutside, cancelOnAbort } from "./cancel-on-abort.js";
import { type Cursor, failureAt } from "./failure-at.js";
import { StepFailure, type StepResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { runStep } from "./run-step.js";
import { lockTimeout, retryReason, watchRun } from "./run-transaction.js";
import { isServerError, sqlState } from "./statement-error.js";
import { describeBlockers, type WaitWatch } from "./watch-waits.js";

export type AloneSegment = Extract<PlannedSegment, { kind: "alone" }>;

const left = "What was committed before it stays; run again to go on from here.";

/**
 * Runs a statement that PostgreSQL refuses inside a transaction. A CONCURRENTLY form waits without queueing anybody, so
 * it gets no lock_timeout but a deadline: a timeout in the middle would leave an invalid index, and again at every try.
 *
 * @throws StepFailure
 */
export async function runAlone(
  run: ExecutingRun,
  migration: PlannedMigration,
  segment: AloneSegment,
): Promise<StepResult> {
  const step = segment.steps[0];
  if (waitsWithoutQueueing(segment)) return runToDeadline(run, migration, step);
  // A DO that commits may have done its half: only a person can say whether it may be done again.
  const repeatable = segment.action.kind !== "unknowable";
  return runBounded(run, migration, step, { repeatable, again: () => nextTry(run, segment) });
}

function waitsWithoutQueueing({ action }: AloneSegment): boolean {
  switch (action.kind) {
    case "create-index-concurrently":
    case "drop-index-concurrently":
      return true;
    case "reindex":
      return action.concurrently;
    default:
      return false;
  }
}

/**
 * Drops an index that a failed build left, under the deadline of CONCURRENTLY.
 *
 * @param index quoted
 * @throws StepFailure
 */
export async function dropToDeadline(run: ExecutingRun, migration: PlannedMigration, index: string): Promise<void> {
  const at = { file: migration.file, line: 1, column: 1 };
  const sql = `drop index concurrently ${index}`;
  await runToDeadline(run, migration, { index: 0, sql, at, kind: "DropStmt", hash: "", mayChangeSettings: false });
}

async function runToDeadline(run: ExecutingRun, migration: PlannedMigration, step: PlannedStep): Promise<StepResult> {
  const { session, options } = run;
  const cursor: Cursor = { step, prefixLength: 0 };
  await using watch = watchRun(run, migration, cursor, undefined);
  using cancelling = cancelOnAbort(run);
  await session.query(`set lock_timeout = 0; set statement_timeout = ${Math.ceil(options.concurrentlyDeadlineMs)}`);
  const started = options.now();
  try {
    return await runStep(session, step, options);
  } catch (error) {
    await cancelling.settled();
    if (options.signal?.aborted === true) throw new StepFailure(step.index, cancelledOutside());
    if (
      isServerError(error) &&
      error.code === sqlState.queryCanceled &&
      options.now() - started >= options.concurrentlyDeadlineMs
    ) {
      throw deadlinePassed(step, options.concurrentlyDeadlineMs, watch);
    }
    throw failureAt(error, cursor, migration.file, left);
  } finally {
    await restoreTimeouts(run);
  }
}

/** A detach that was given up in its second half is finished by FINALIZE; everything else is sent again as it is. */
async function nextTry(run: ExecutingRun, { action, steps: [step] }: AloneSegment): Promise<PlannedStep> {
  if (action.kind !== "detach-partition-concurrently") return step;
  const { table, partition } = action;
  const { rows } = await run.session.query(
    `select from pg_catalog.pg_inherits h
     where h.inhparent = pg_catalog.to_regclass($1) and h.inhrelid = pg_catalog.to_regclass($2)
       and (pg_catalog.to_jsonb(h) ->> 'inhdetachpending')::boolean`,
    [quoteQualified(table), quoteQualified(partition)],
  );
  if (rows.length === 0) return step;
  return {
    ...step,
    sql: `alter table ${quoteQualified(table)} detach partition ${quoteQualified(partition)} finalize`,
  };
}

/** On a lost connection there is nothing to restore, and the loss itself is what is reported. */
async function restoreTimeouts(run: ExecutingRun): Promise<void> {
  const { lockTimeoutMs, statementTimeoutMs } = run.options;
  await run.session
    .query(`set lock_timeout = ${lockTimeoutMs}; set statement_timeout = ${statementTimeoutMs}`)
    .catch(() => undefined);
}

function deadlinePassed(step: PlannedStep, deadlineMs: number, watch: WaitWatch): StepFailure {
  return new StepFailure(
    step.index,
    new ConfitureError(
      "CONFITURE_DEADLINE",
      `This statement did not finish within its deadline of ${Math.round(deadlineMs / 1000)} s. ${describeBlockers(watch.lastWait())}`,
      {
        at: step.at,
        hint: "End the blockers, or allow more with --concurrently-deadline. What it left behind is cleaned up on the next run.",
      },
    ),
  );
}

/** VACUUM FULL, REINDEX, CLUSTER, ALTER SYSTEM, …: a wait would queue the application, so it is bounded and tried again. */
async function runBounded(
  run: ExecutingRun,
  migration: PlannedMigration,
  step: PlannedStep,
  { repeatable, again }: { readonly repeatable: boolean; readonly again: () => Promise<PlannedStep> },
): Promise<StepResult> {
  const { session, options } = run;
  const first = options.now();
  for (let attempt = 1, now = step; ; attempt += 1, now = await again()) {
    const cursor: Cursor = { step: now, prefixLength: 0 };
    await using watch = watchRun(run, migration, cursor, options.lockTimeoutMs);
    using cancelling = cancelOnAbort(run);
    try {
      return await runStep(session, now, options);
    } catch (error) {
      await cancelling.settled();
      if (options.signal?.aborted === true) throw new StepFailure(step.index, cancelledOutside());
      const because = retryReason(error, watch);
      if (because === undefined || !repeatable) throw failureAt(error, cursor, migration.file, left);
      const inMs = backoffDelay(attempt, options.random);
      if (options.now() - first + inMs > options.lockRetryMs)
        throw lockTimeout(run, cursor, watch.lastWait(), attempt, options.now() - first);
      options.emit({
        kind: "segment-retried",
        version: migration.version,
        attempt,
        inMs,
        because,
        blockers: watch.lastWait()?.blockers ?? [],
      });
      await pause(inMs, options.signal);
    }
  }
}
