/** Which limit was reached: of one attempt, of the hook with all its attempts, or of the phase with all its hooks. */
export type TimeLimit = "attempt" | "hook" | "phase";

/**
 * Who had not ended when the time of grace was over: the `hook` itself, or the owner's `around`. It may still be at work,
 * and nobody waits for it any more.
 */
export type Abandoned = "hook" | "around";

/** Why a hook was not run. */
export type SkipReason =
  /** It failed too often, and its circuit is open. */
  | "circuit_open"
  /** One it depends on failed, or was not run because another one had. */
  | "upstream_failed"
  /** One it depends on was not run, without anything having failed. */
  | "upstream_skipped"
  /** The phase had ended before its turn came: see the status of the outcome. */
  | "phase_ended";

interface HookRun {
  readonly hookId: string;
  /** 0 if it was not run. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** All attempts and the pauses between them. */
  readonly durationMs: number;
}

interface StoppedRun extends HookRun {
  /** The reason its signal was aborted with. */
  readonly error: unknown;
  readonly abandoned?: Abandoned;
  /** What `around` threw instead of passing on the reason: its cleaning up may have failed. */
  readonly aroundError?: unknown;
}

/** What became of one hook. */
export type HookResult =
  | (HookRun & { readonly status: "completed"; readonly value: unknown })
  | (HookRun & { readonly status: "failed"; readonly error: unknown })
  | (StoppedRun & { readonly status: "timeout"; readonly limit: TimeLimit })
  | (StoppedRun & { readonly status: "cancelled" })
  | (HookRun & { readonly status: "skipped"; readonly reason: SkipReason });

/** Two hooks, neither of which depends on the other, changed the same place of the data in different ways. */
export interface HookConflict {
  /** From the top of the data: `["warnings", 0]`. */
  readonly path: readonly (string | number)[];
  /** Whose change counts: the first in order. */
  readonly kept: string;
  readonly refused: string;
}

/** How a phase (one triggering of an event, with all its hooks) ended. Plain, but for values and errors that hooks brought into it. */
export interface HookOutcome<Data> {
  readonly event: string;
  readonly executionId: string;
  readonly parentExecutionId: string | undefined;
  readonly status: "completed" | "failed" | "timed_out" | "cancelled";
  /** What ended a phase that did not complete: a hook's error, or the reason it was stopped for. */
  readonly error: unknown;
  /** The hook whose failure failed the phase. */
  readonly failedHook: string | undefined;
  /** One for each hook that was registered, in their order. */
  readonly hooks: readonly HookResult[];
  /** The data as the hooks have left it. */
  readonly data: Data;
  readonly conflicts: readonly HookConflict[];
  readonly startedAt: number;
  readonly durationMs: number;
}
