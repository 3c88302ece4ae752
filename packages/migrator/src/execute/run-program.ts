import type { PlannedMigration } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { loadSessionDialect } from "../kysely/load-session-dialect.js";
import type { MigrationProgram } from "../sources/load-program.js";
import { cancelledOutside, cancelOnAbort } from "./cancel-on-abort.js";
import { failureAt } from "./failure-at.js";
import { gatedSession } from "./gated-session.js";
import { StepFailure, type StepResult } from "./migration-outcome.js";
import { programSession } from "./program-session.js";
import type { ExecutingRun } from "./run.js";
import { runTransaction, type TransactionWork } from "./run-transaction.js";

export interface ProgramRecord {
  readonly transaction: boolean;
  /** Puts hooks around what runs in the transaction. */
  withHooks(body: TransactionWork["body"]): TransactionWork["body"];
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
      body: program.withHooks(async (begin) => {
        if (begin !== "") await run.session.query(begin);
        return [await callProgram(run, body, true)];
      }),
      record: program.record,
      reachesBeyond: true,
      last: program.last,
    });
  }
  using cancelling = cancelOnAbort(run);
  const results = await callOutside(run, body).catch(async (error: unknown) => {
    await cancelling.settled();
    if (run.options.signal?.aborted === true) throw new StepFailure(null, cancelledOutside());
    throw failureAt(error, { step: undefined, prefixLength: 0 }, migration.file, "What it had committed stays.");
  });
  await program.commitRecord([results]);
  return [results];
}

/** A program without a transaction of ours may begin some of its own, and has to end them. */
async function callOutside(run: ExecutingRun, body: MigrationProgram["up"]): Promise<StepResult> {
  try {
    const result = await callProgram(run, body, false);
    const { rows } = await run.session.query<{ inside: boolean }>(
      "select pg_catalog.now() operator(pg_catalog.<>) pg_catalog.statement_timestamp() as inside",
    );
    if (rows[0]?.inside !== true) return result;
  } catch (error) {
    // A transaction it left open, failed or not.
    await run.session.query("rollback").catch(() => undefined);
    throw error;
  }
  await run.session.query("rollback");
  throw new ConfitureError(
    "CONFITURE_TRANSACTION_CONTROL",
    "The program left a transaction open; it was rolled back.",
    {
      hint: "Commit it in the program, or leave `transaction: false` out and let the migration be one transaction.",
    },
  );
}

/** Calls a program over the run's session, and closes that to it when it returns. */
export async function callProgram(
  run: ExecutingRun,
  body: MigrationProgram["up"],
  insideTransaction: boolean,
): Promise<StepResult> {
  const { kyselyOverSession } = await loadSessionDialect();
  run.spoilSession();
  const started = run.options.now();
  const session = programSession(run.session, { insideTransaction, inOneDatabase: run.options.serverWide === "skip" });
  const gate = gatedSession(session);
  try {
    await body(kyselyOverSession(gate.session, { insideTransaction }));
  } finally {
    // A query that nobody waited for would run behind the record, or behind the rollback: for good.
    gate.close();
  }
  return {
    step: 1,
    kind: "program",
    statement: "a TypeScript program",
    durationMs: run.options.now() - started,
    rows: null,
  };
}
