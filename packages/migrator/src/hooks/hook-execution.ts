import type { HookConnection, HookedError, MigratorEvent } from "./migration-hooks.js";

/** One hook that was run at one moment, or was not. Plain data. */
export interface HookExecution {
  /** A UUID; its row in `hook_executions` has it too. */
  readonly id: string;
  readonly event: MigratorEvent;
  readonly hook: string;
  /** Null where the moment is one of the whole run. */
  readonly version: string | null;
  readonly connection: HookConnection;
  readonly status: "completed" | "failed" | "timeout" | "cancelled" | "skipped";
  /** 0 where it was not run. */
  readonly attempts: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly startedAt: string;
  /** Milliseconds: all attempts and the pauses between them. */
  readonly durationMs: number;
  /** Why it failed, or was not run. No value of a row. */
  readonly error: HookedError | null;
  /** Whether what it did on the migration's connection is gone: it failed, or the transaction was rolled back. */
  readonly rolledBack: boolean;
}
