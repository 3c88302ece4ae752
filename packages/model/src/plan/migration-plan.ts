import type { SourceLocation } from "../text/source-location.js";
import type { StandaloneAction } from "../text/statement.js";

/**
 * What will be done, in order, and to which state of which database it applies. Plain data: it can be printed, stored,
 * hashed and executed later, and is refused when the history it was made for has moved on.
 */
export interface MigrationPlan {
  readonly format: 1;
  readonly direction: "up" | "down";
  /** Hash over the applied versions and their checksums at planning time. */
  readonly basis: string;
  readonly migrations: readonly PlannedMigration[];
  /** SHA-256 over everything above, in canonical JSON. */
  readonly hash: string;
}

export interface PlannedMigration {
  readonly version: string;
  readonly name: string;
  readonly source: "sql" | "yaml" | "typescript";
  readonly file: string;
  /** Where the statements come from: the file, or the copy kept when the migration was applied. */
  readonly from: "file" | "stored-copy";
  readonly checksum: string;
  /** Whether it can be undone once applied. */
  readonly reversible: boolean;
  readonly segments: readonly PlannedSegment[];
  /** Segments that an interrupted earlier run already committed; they are not run again. */
  readonly resumeAt: number;
}

/** What commits together. */
export type PlannedSegment =
  | {
      readonly kind: "transaction";
      readonly steps: readonly PlannedStep[];
      /** Why it ends where it ends: `end`, the author's COMMIT, a new enum value, or a statement that must run alone. */
      readonly boundary: string;
      /** Options of the author's own BEGIN. */
      readonly beginOptions?: string;
    }
  | {
      readonly kind: "alone";
      readonly steps: readonly [PlannedStep];
      readonly because: string;
      readonly action: StandaloneAction;
    }
  /** A TypeScript migration: its statements are known only when it runs. */
  | { readonly kind: "program"; readonly steps: readonly []; readonly transaction: boolean };

export interface PlannedStep {
  /** Position in the migration, from 1. */
  readonly index: number;
  readonly sql: string;
  readonly at: SourceLocation;
  /** As of the statement: columns in front of each further line in the file. Absent: 0. */
  readonly indent?: number;
  readonly kind: string;
  readonly hash: string;
  readonly mayChangeSettings: boolean;
  /** As of the statement: what it does to the whole server. */
  readonly serverWide?: string;
  readonly copyData?: string;
}
