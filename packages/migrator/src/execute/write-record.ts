import type { PlannedMigration } from "@confiture/model";
import { backoffDelay, pause } from "./backoff.js";
import type { StepFailure } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { isServerError, sqlState } from "./statement-error.js";

/** A failure is an event too. On a lost connection it cannot be written; the next run finds what was committed. */
export async function recordFailure(
  run: ExecutingRun,
  migration: PlannedMigration,
  failure: StepFailure,
): Promise<void> {
  if (failure.error.code === "CONFITURE_CONNECTION_LOST") return;
  const { version, name } = migration;
  const kind = failure.error.code === "CONFITURE_CANCELLED" ? "migration_cancelled" : "migration_failed";
  const event = run.journal.event({
    kind,
    version,
    name,
    details: {
      step: failure.step,
      code: failure.error.code,
      sqlState: failure.error.facts.sqlState ?? null,
      at: failure.error.at ?? null,
    },
  });
  const text = `begin;\nset local synchronous_commit = ${run.synchronousCommit};\n${event}\ncommit`;
  // The failure itself is what is reported, also where it cannot be written.
  await run.session.query(text).catch(() => run.session.query("rollback").catch(() => undefined));
}

/** Writes a record in a transaction of its own, and again while somebody holds a lock on our tables: what it says has happened. */
export async function sendRecord(run: ExecutingRun, text: string): Promise<void> {
  const { session, options } = run;
  const started = options.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.query(text);
      return;
    } catch (error) {
      // The text is one message: the server is inside its transaction still.
      await session.query("rollback").catch(() => undefined);
      const inMs = backoffDelay(attempt, options.random);
      const late = options.now() - started + inMs > options.lockRetryMs;
      if (!isServerError(error) || error.code !== sqlState.lockNotAvailable || late) throw error;
      await pause(inMs, undefined);
    }
  }
}
