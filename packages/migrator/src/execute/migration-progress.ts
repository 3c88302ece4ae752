import type { Blocker, ConfitureError, SourceLocation } from "@confiture/model";
import type { HookedError, HookProgress, MigratorEvent } from "../hooks/migration-hooks.js";

/**
 * What happens while migrations run, as it happens. Times are milliseconds, steps count from 1. Every event is plain
 * data but for the Error in `migration-failed`.
 */
export type MigrationProgress =
  /** Another run holds the lock: said every 50 to 200 ms until it is let go. */
  | { readonly kind: "waiting-for-run-lock"; readonly waitedMs: number }
  /** The plan is final and nothing has run yet. */
  | {
      readonly kind: "planned";
      readonly direction: "up" | "down";
      readonly versions: readonly string[];
      readonly planHash: string;
    }
  /** `steps` counts a program as one. */
  | {
      readonly kind: "migration-started";
      readonly version: string;
      readonly name: string;
      readonly direction: "up" | "down";
      readonly steps: number;
    }
  /** `statement` is its first words without values, `at` its place in the file. Again for each attempt. */
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
  /** Seen by a second session in each sample (every 50 ms), from a quarter of `lockTimeoutMs` (at most 250 ms) on. */
  | {
      readonly kind: "waiting-for-lock";
      readonly version: string;
      readonly step: number;
      readonly relation: string | undefined;
      readonly mode: string;
      readonly waitedMs: number;
      readonly blockers: readonly Blocker[];
    }
  /** After a lock that could not be had, or a deadlock, the segment begins again in `inMs`; `attempt` counts from 1. */
  | {
      readonly kind: "segment-retried";
      readonly version: string;
      readonly attempt: number;
      readonly inMs: number;
      readonly because: string;
      readonly blockers: readonly Blocker[];
    }
  /** An earlier run was interrupted in this statement; `evidence` is what the server showed of it. */
  | {
      readonly kind: "in-doubt-settled";
      readonly version: string;
      readonly statement: string;
      readonly verdict: "finished" | "not-started";
      readonly evidence: string;
    }
  /** `index` with its schema: what a broken CREATE INDEX CONCURRENTLY had left. */
  | { readonly kind: "invalid-index-dropped"; readonly version: string; readonly index: string }
  /** Again for each attempt; `version` is null at moments of the whole run. */
  | {
      readonly kind: "hook-started";
      readonly event: MigratorEvent;
      readonly hook: string;
      readonly version: string | null;
      readonly attempt: number;
    }
  /** A hook says how far it has come. */
  | ({
      readonly kind: "hook-progress";
      readonly event: MigratorEvent;
      readonly hook: string;
      readonly version: string | null;
    } & HookProgress)
  | {
      readonly kind: "hook-finished";
      readonly event: MigratorEvent;
      readonly hook: string;
      readonly version: string | null;
      readonly status: "completed" | "failed" | "timeout" | "cancelled" | "skipped";
      readonly durationMs: number;
      readonly error: HookedError | null;
    }
  /** Something measured is above its threshold; `because` says it in words, `action` what follows. */
  | {
      readonly kind: "alert";
      readonly event: MigratorEvent;
      readonly version: string | null;
      readonly because: string;
      readonly measured: number;
      readonly threshold: number;
      readonly unit: "ms" | "bytes" | "rows" | "ratio" | "connections";
      readonly action: "notify" | "pause" | "rollback";
    }
  /** Nothing is watched from here on, or something could not be looked at, and why. */
  | { readonly kind: "alerts-blind"; readonly because: string }
  /** Somebody asked for it: no transaction is open, and `version` is next or goes on. */
  | { readonly kind: "run-paused"; readonly version: string; readonly because: string }
  | { readonly kind: "run-resumed"; readonly version: string; readonly pausedMs: number }
  /** An earlier run was killed before this hook had ended; `begun` is false where it was due behind a commit and not reached. */
  | {
      readonly kind: "hook-interrupted";
      readonly event: string;
      readonly hook: string;
      readonly version: string | null;
      readonly begun: boolean;
    }
  /** It is committed, with its record; in a rehearsal it has only run. */
  | {
      readonly kind: "migration-finished";
      readonly version: string;
      readonly name: string;
      readonly direction: "up" | "down";
      readonly durationMs: number;
    }
  /** The run ends here; `error` is the one of the outcome. */
  | {
      readonly kind: "migration-failed";
      readonly version: string;
      readonly name: string;
      readonly error: ConfitureError;
    };

/** Called at once and not waited for. It must not throw: the run would end as if a statement had failed. */
export type ProgressListener = (event: MigrationProgress) => void;
