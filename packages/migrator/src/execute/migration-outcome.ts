import type { ConfitureError } from "@confiture/model";
import type { HookExecution } from "../hooks/hook-execution.js";
import type { InterruptedHook } from "../record/hook-records.js";

/** One statement that ran. */
export interface StepResult {
  /** Position in the migration, from 1. */
  readonly step: number;
  /** The parse tree's word for it, for example `CreateStmt`; `program` for TypeScript. */
  readonly kind: string;
  /** Its first words, at most 80 characters, without the values it may name. */
  readonly statement: string;
  /** Milliseconds, with fractions, seen from here: network and waits for locks included. */
  readonly durationMs: number;
  /** Rows returned or changed; null where PostgreSQL reports none (DDL), and for a program. */
  readonly rows: number | null;
}

/** One migration that was applied, or undone. */
export interface MigrationResult {
  readonly version: string;
  readonly name: string;
  /** Milliseconds, with fractions: all attempts and the pauses between them included. */
  readonly durationMs: number;
  /** The statements of the attempt that went through; none for what an earlier run had done already. */
  readonly steps: readonly StepResult[];
}

/** Where a run ended. What that migration had in an open transaction is rolled back; those before it stay. */
export interface MigrationFailure {
  readonly version: string;
  /** The statement that failed, from 1; null when it was none (a program, a record). */
  readonly step: number | null;
  /**
   * CONFITURE_STATEMENT_FAILED (its `facts.sqlState` is PostgreSQL's code), CONFITURE_LOCK_TIMEOUT, CONFITURE_DEADLINE,
   * CONFITURE_CANCELLED, CONFITURE_HOOK_FAILED (its `facts` name hook and event), CONFITURE_IN_DOUBT, CONFITURE_CONNECTION_LOST, CONFITURE_COPY_UNSUPPORTED or
   * CONFITURE_OWN_TABLES. It is an Error: `JSON.stringify` leaves its `message` out.
   */
  readonly error: ConfitureError;
}

/** How a run ended. A failing statement is an expected ending, so it is a value. */
export interface MigrateOutcome {
  /** A UUID; the events of this run in the history have it too. */
  readonly executionId: string;
  readonly direction: "up" | "down";
  /** What was applied (up) or undone (down), in that order. */
  readonly applied: readonly MigrationResult[];
  readonly failed: MigrationFailure | null;
  /**
   * What an alert had undone, newest first: it had been applied by this run, and is not in `applied`. Null where no alert asked for that. What stands in
   * `applied` beside CONFITURE_ALERT could not be undone.
   */
  readonly undone: readonly MigrationResult[] | null;
  /** Versions that were begun and of which only a person can say how far they came. */
  readonly inDoubt: readonly string[];
  /**
   * The hooks that ran, in the order in which they ended. One that failed behind a commit is here and nowhere else: what is committed has not
   * failed.
   */
  readonly hooks: readonly HookExecution[];
  /** Hooks of earlier runs that were killed before these had ended: nobody knows how far they came. */
  readonly interruptedHooks: readonly InterruptedHook[];
  /** True for a rehearsal: nothing of `applied` stayed. */
  readonly dryRun: boolean;
}

/** Thrown inside a run to carry which statement it was; never leaves the package. */
export class StepFailure extends Error {
  readonly step: number | null;
  readonly error: ConfitureError;

  constructor(step: number | null, error: ConfitureError) {
    super(error.message, { cause: error });
    this.step = step;
    this.error = error;
  }
}
