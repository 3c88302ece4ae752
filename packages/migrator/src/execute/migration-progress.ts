import type { Blocker, ConfitureError, SourceLocation } from "@confiture/model";

/** What happens while migrations run, as it happens. Every event is plain data. */
export type MigrationProgress =
  | { readonly kind: "waiting-for-run-lock"; readonly waitedMs: number }
  | {
      readonly kind: "planned";
      readonly direction: "up" | "down";
      readonly versions: readonly string[];
      readonly planHash: string;
    }
  | {
      readonly kind: "migration-started";
      readonly version: string;
      readonly name: string;
      readonly direction: "up" | "down";
      readonly steps: number;
    }
  | {
      readonly kind: "step-started";
      readonly version: string;
      readonly step: number;
      readonly statement: string;
      readonly at: SourceLocation;
    }
  | {
      readonly kind: "step-finished";
      readonly version: string;
      readonly step: number;
      readonly durationMs: number;
      readonly rows: number | null;
    }
  | {
      readonly kind: "waiting-for-lock";
      readonly version: string;
      readonly step: number;
      readonly relation: string | undefined;
      readonly mode: string;
      readonly waitedMs: number;
      readonly blockers: readonly Blocker[];
    }
  | {
      readonly kind: "segment-retried";
      readonly version: string;
      readonly attempt: number;
      readonly inMs: number;
      readonly because: string;
      readonly blockers: readonly Blocker[];
    }
  | {
      readonly kind: "in-doubt-settled";
      readonly version: string;
      readonly statement: string;
      readonly verdict: "finished" | "not-started";
      readonly evidence: string;
    }
  | { readonly kind: "invalid-index-dropped"; readonly version: string; readonly index: string }
  | {
      readonly kind: "migration-finished";
      readonly version: string;
      readonly name: string;
      readonly direction: "up" | "down";
      readonly durationMs: number;
    }
  | {
      readonly kind: "migration-failed";
      readonly version: string;
      readonly name: string;
      readonly error: ConfitureError;
    };

export type ProgressListener = (event: MigrationProgress) => void;
