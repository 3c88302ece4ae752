/**
 * What the data of events is made of and this package knows nothing about. Whoever binds the vocabulary puts its own types here;
 * they are plain data, as all data of events is.
 */
export interface MigrationDomain {
  /** A schema as it was read: a catalog. */
  schema: unknown;
  /** One thing in which two schemas differ. */
  difference: unknown;
  /** What will be run, in order. */
  plan: unknown;
  /** What running it may cost. */
  risk: unknown;
  /** What went wrong, as plain data: no Error, which is an instance of a class. */
  error: unknown;
}

/** Whether rows change, or everything is rolled back at the end. */
export type RunMode = "real" | "dry_run";

export interface SchemaAnalysis {
  /** A folder, a file, or the name of an environment. Never a URL, which may hold a password. */
  readonly source: string;
}

export interface SchemaAnalysed<D extends MigrationDomain> extends SchemaAnalysis {
  readonly schema: D["schema"];
  readonly tables: number;
  readonly columns: number;
  readonly durationMs: number;
}

export interface SchemaDiff<D extends MigrationDomain> {
  readonly source: D["schema"];
  readonly target: D["schema"];
}

export interface SchemaDiffed<D extends MigrationDomain> extends SchemaDiff<D> {
  readonly differences: readonly D["difference"][];
  /** In words, those that running code would notice. */
  readonly breaking: readonly string[];
  readonly durationMs: number;
}

export interface Planning {
  readonly direction: "up" | "down";
  /** Of the migrations to be planned, in order. */
  readonly versions: readonly string[];
}

export interface Planned<D extends MigrationDomain> extends Planning {
  readonly plan: D["plan"];
  readonly affectedTables: readonly string[];
  /** Where somebody has assessed it. */
  readonly risk?: D["risk"];
  readonly estimatedDurationMs?: number;
  readonly estimatedDowntimeMs?: number;
}

export interface Execution<D extends MigrationDomain> {
  readonly plan: D["plan"];
  readonly direction: "up" | "down";
  readonly mode: RunMode;
  readonly totalSteps: number;
}

export interface Executed<D extends MigrationDomain> extends Execution<D> {
  /** Versions that are in (or, going down, out) for good. */
  readonly applied: readonly string[];
  readonly stepsCompleted: number;
  readonly rowsAffected: number;
  readonly durationMs: number;
}

export interface DryRun<D extends MigrationDomain> {
  readonly plan: D["plan"];
  readonly on: "target" | "shadow";
}

export interface DryRunEnded<D extends MigrationDomain> extends DryRun<D> {
  readonly stepsCompleted: number;
  readonly rowsAffected: number;
  readonly durationMs: number;
  readonly error?: D["error"];
}

export interface Validation {
  /** What is validated: versions, or nothing for all of them. */
  readonly versions: readonly string[];
}

export interface Validated extends Validation {
  /** One sentence for each; none when all is well. */
  readonly problems: readonly string[];
  readonly durationMs: number;
}

export interface RollbackPlanning<D extends MigrationDomain> {
  readonly reason: "requested" | "failure" | "alert";
  /** Of the migrations to be undone, in the order in which they will be. */
  readonly versions: readonly string[];
  /** What it is undone for, when that was a failure. */
  readonly error?: D["error"];
}

export interface Rollback<D extends MigrationDomain> extends RollbackPlanning<D> {
  readonly plan: D["plan"];
  readonly mode: RunMode;
}

export interface RolledBack<D extends MigrationDomain> extends Rollback<D> {
  readonly stepsCompleted: number;
  readonly durationMs: number;
}

/** One migration of a run. */
export interface MigrationPhase {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly mode: RunMode;
  readonly totalSteps: number;
}

export interface MigrationStepsDone extends MigrationPhase {
  readonly stepsCompleted: number;
  readonly rowsAffected: number;
  readonly elapsedMs: number;
}

export interface MigrationFailure<D extends MigrationDomain> extends MigrationPhase {
  readonly stepsCompleted: number;
  readonly elapsedMs: number;
  readonly error: D["error"];
}

/** A run as a whole has come into another state. */
export interface RunState {
  readonly direction: "up" | "down";
  readonly mode: RunMode;
  /** All of the run. */
  readonly versions: readonly string[];
  /** Those that are done. */
  readonly completed: readonly string[];
  readonly elapsedMs: number;
}

export interface RunStopped extends RunState {
  /** Who asked for it, or what did: a signal, an alert, a command. */
  readonly because: string;
}

export interface RunFailed<D extends MigrationDomain> extends RunState {
  readonly error: D["error"];
}

/** A measured value has crossed its threshold. */
export interface Alert {
  readonly measured: number;
  readonly threshold: number;
  readonly unit: "ms" | "bytes" | "rows" | "ratio" | "connections";
  /** The migration that was running, if one was. */
  readonly version?: string;
}

export interface DataAnomaly extends Alert {
  readonly relation: string;
  /** In words, without a value of a row. */
  readonly anomaly: string;
}

export interface LockWait extends Alert {
  readonly relation?: string;
  readonly mode: string;
  /** Backends in the way. */
  readonly blockers: readonly number[];
}

export interface SlowStep extends Alert {
  readonly step: number;
}

export interface LongTransaction extends Alert {
  readonly pid: number;
  readonly application: string;
}
