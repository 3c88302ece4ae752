import type { PlannedMigration } from "@confiture/model";
import { loadSessionDialect } from "../kysely/load-session-dialect.js";
import type { MigrationProgram } from "../sources/load-program.js";
import { cancelledOutside, cancelOnAbort } from "./cancel-on-abort.js";
import { failureAt } from "./failure-at.js";
import { StepFailure, type StepResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { runTransaction } from "./run-transaction.js";

export interface ProgramRecord {
  readonly transaction: boolean;
  record(results: readonly StepResult[]): string;
  commitRecord(results: readonly StepResult[]): Promise<void>;
  readonly last: boolean;
}

/**
 * Runs a TypeScript migration over the run's session: in one transaction that is replayed when a lock cannot be had, or
 * outside one when it says so.
 */
export async function runProgram(
  run: ExecutingRun,
  migration: PlannedMigration,
  body: MigrationProgram["up"],
  program: ProgramRecord,
): Promise<readonly StepResult[]> {
  if (program.transaction) {
    return runTransaction(run, {
      migration,
      beginOptions: undefined,
      body: async (begin) => {
        await run.session.query(begin);
        return [await callProgram(run, body, true)];
      },
      record: program.record,
      reachesBeyond: true,
      last: program.last,
    });
  }
  using _cancel = cancelOnAbort(run);
  const results = await callProgram(run, body, false).catch((error: unknown) => {
    if (run.options.signal?.aborted === true) throw new StepFailure(null, cancelledOutside());
    throw failureAt(error, { step: undefined, prefixLength: 0 }, migration.file, "What it had committed stays.");
  });
  await program.commitRecord([results]);
  return [results];
}

async function callProgram(
  run: ExecutingRun,
  body: MigrationProgram["up"],
  insideTransaction: boolean,
): Promise<StepResult> {
  const { kyselyOverSession } = await loadSessionDialect();
  run.spoilSession();
  const started = run.options.now();
  await body(kyselyOverSession(run.session, { insideTransaction }));
  return {
    step: 1,
    kind: "program",
    statement: "a TypeScript program",
    durationMs: run.options.now() - started,
    rows: null,
  };
}
