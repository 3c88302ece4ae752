import type { Session } from "@confiture/model";
import { backoffDelay, pause } from "../../execute/backoff.js";
import { isServerError, sqlState } from "../../execute/statement-error.js";
import type { BackfillRecord } from "./backfill-record.js";
import type { BackfillWork } from "./backfill-work.js";
import { json, type Range } from "./walk.js";

export interface BatchLimits {
  readonly lockTimeoutMs: number;
  /** How long one batch is tried again when a lock cannot be had. */
  readonly lockRetryMs: number;
}

const worthAnother: readonly string[] = [
  sqlState.lockNotAvailable,
  sqlState.deadlockDetected,
  sqlState.serializationFailure,
];

/** One batch and its record, in one transaction: it was done once or not at all. Returns how many rows it changed. */
export async function runBatch(
  session: Session,
  range: Range,
  how: {
    readonly work: BackfillWork;
    readonly record: BackfillRecord;
    readonly limits: BatchLimits;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { work, record, limits, signal } = how;
  const first = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await session.query(`begin; set local lock_timeout = ${Math.ceil(limits.lockTimeoutMs)}`);
      const { rowCount } = await session.query(work.sql, [json(range.lower), json(range.upper)]);
      await record.noteBatch(session, range, rowCount ?? 0);
      await session.query("commit");
      return rowCount ?? 0;
    } catch (error) {
      await session.query("rollback").catch(() => undefined);
      signal.throwIfAborted();
      if (!isServerError(error) || !worthAnother.includes(error.code)) throw error;
      const waitMs = backoffDelay(attempt, Math.random);
      if (Date.now() - first + waitMs > limits.lockRetryMs) throw error;
      await pause(waitMs, signal);
    }
  }
}
