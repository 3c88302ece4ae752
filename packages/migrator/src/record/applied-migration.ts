/** A row of `migrations`: what is in the database now, without the texts. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly source: "sql" | "yaml" | "typescript";
  readonly file: string;
  /** `applying` and `reverting`: begun, and committed in part. */
  readonly state: "applied" | "applying" | "reverting";
  readonly checksum: string;
  readonly checksumAlgorithm: string;
  readonly rawHash: string;
  readonly reversible: boolean;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly host: string;
  readonly durationMs: number;
  readonly toolVersion: string;
  readonly planHash: string;
  /** `run`: it was executed; `baseline`: the database already had it. */
  readonly how: "run" | "baseline";
}

/** A row of `steps`: one segment of a migration that is under way. */
export interface SegmentProgress {
  readonly version: string;
  readonly direction: "up" | "down";
  /** Position among the migration's segments, from 0. */
  readonly segment: number;
  readonly hash: string;
  readonly state: "started" | "finished";
  readonly statement: string;
  /** What stood there before the statement ran, to tell afterwards whether it happened. */
  readonly evidence: StepEvidence;
}

export interface StepEvidence {
  /** Names of the indexes the table had, for CREATE INDEX CONCURRENTLY without a name. */
  readonly indexesBefore?: readonly string[];
  /** Whether the object to create or drop stood there already. */
  readonly existedBefore?: boolean;
}

export interface History {
  readonly installed: boolean;
  readonly migrations: readonly AppliedMigration[];
  readonly progress: readonly SegmentProgress[];
}
