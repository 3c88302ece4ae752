import type { StandaloneAction } from "@confiture/model";

/** A row of `migrations`: what is in the database now, without the texts. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly source: "sql" | "yaml" | "typescript";
  /** Its path when it was applied. */
  readonly file: string;
  /** `applying` and `reverting`: begun, and committed in part. */
  readonly state: "applied" | "applying" | "reverting";
  /** SHA-256 (hex) of the parse tree, or of a program's text; comparable under the same algorithm only. */
  readonly checksum: string;
  readonly checksumAlgorithm: string;
  /** SHA-256 (hex) of the file, byte for byte. */
  readonly rawHash: string;
  /** Whether a down was kept; always true for a program, whose text only loading it can tell. */
  readonly reversible: boolean;
  /** ISO 8601, UTC, milliseconds. */
  readonly appliedAt: string;
  /** The role of the database that applied it. */
  readonly appliedBy: string;
  readonly host: string;
  /** Milliseconds; 0 for a baseline. */
  readonly durationMs: number;
  /** Version of Confiture. */
  readonly toolVersion: string;
  /** Hash of the plan it was part of. */
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
  /** What the statement does: the file may say something else when it is looked at again. */
  readonly action?: StandaloneAction;
  /** What the index to create is, apart from its name. */
  readonly indexShape?: string;
  /** The server said that the statement failed. */
  readonly failed?: boolean;
  /** Oid of what the name of an index or a partition meant before, and of its parent. */
  readonly oidBefore?: string;
  readonly parentBefore?: string;
  /** Invalid indexes that were there before a REINDEX, and are not its work. */
  readonly invalidBefore?: readonly string[];
  /** Whether the object to create or drop stood there already. */
  readonly existedBefore?: boolean;
}

export interface History {
  readonly installed: boolean;
  readonly migrations: readonly AppliedMigration[];
  readonly progress: readonly SegmentProgress[];
}
