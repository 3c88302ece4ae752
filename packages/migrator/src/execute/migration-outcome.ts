import type { ConfitureError } from "@confiture/model";

/** One statement that ran. */
export interface StepResult {
  /** Position in the migration, from 1. */
  readonly step: number;
  /** The parse tree's word for it, for example `CreateStmt`; `program` for TypeScript. */
  readonly kind: string;
  /** Its first words, without the values it may name. */
  readonly statement: string;
  readonly durationMs: number;
  /** Rows returned or changed; null where PostgreSQL reports none. */
  readonly rows: number | null;
}

export interface MigrationResult {
  readonly version: string;
  readonly name: string;
  readonly durationMs: number;
  readonly steps: readonly StepResult[];
}

export interface MigrationFailure {
  readonly version: string;
  /** The statement that failed, from 1; null when it was none (a program, a record). */
  readonly step: number | null;
  readonly error: ConfitureError;
}

/** How a run ended. A failing statement is an expected ending, so it is a value. */
export interface MigrateOutcome {
  readonly executionId: string;
  readonly direction: "up" | "down";
  readonly applied: readonly MigrationResult[];
  readonly failed: MigrationFailure | null;
  /** Versions that were begun and of which only a person can say how far they came. */
  readonly inDoubt: readonly string[];
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
