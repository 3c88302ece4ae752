import type { EventName, HookContext } from "./hook-context.js";

/** 1 to 10, lower first; `critical` is 1, `high` 3, `normal` 5, `low` 8. */
export type HookPriority = number | "critical" | "high" | "normal" | "low";

/**
 * When a hook runs whose dependencies did not all complete. `all_success`: only if they did. `none_failed`: also if one was skipped
 * because its circuit is open. `all_done`: in any case.
 */
export type TriggerRule = "all_success" | "none_failed" | "all_done";

/**
 * What becomes of the phase when a hook has finally failed. `fail_fast`: it fails. `fail_safe`: it goes on, and the error is logged.
 * `alert_only`: it goes on, and `onAlert` is told.
 */
export type FailureStrategy = "fail_fast" | "fail_safe" | "alert_only";

export interface RetryOptions {
  /** All attempts, the first included: 3. */
  readonly maxAttempts?: number;
  /** The most the first pause lasts: 100. How long it really lasts is drawn between 0 and that. */
  readonly initialDelayMs?: number;
  /** No pause lasts longer: 30,000. */
  readonly maxDelayMs?: number;
  /** How much longer each pause may last than the one before: 2. */
  readonly backoffMultiplier?: number;
  /** What follows when the last attempt has failed; without it, what the event's `errors` says, and `fail_fast` if that is `retry`. */
  readonly onExhausted?: FailureStrategy;
}

export interface CircuitBreakerOptions {
  /** Failures in a row after which the hook is left alone: 5. */
  readonly failureThreshold?: number;
  /** After which one execution may try it again: 60,000. */
  readonly recoveryTimeoutMs?: number;
}

/** A hook for one event. */
export interface HookOn<Events, Event extends EventName<Events>, Metadata = object> {
  /** Unique among all hooks that are registered. */
  readonly id: string;
  readonly on: Event;
  /** 5 without it. Among equals, who was registered first comes first. */
  readonly priority?: HookPriority;
  /** Ids of hooks of the same event that end before this one begins. */
  readonly dependsOn?: readonly string[];
  /** `all_success` without it. */
  readonly triggerRule?: TriggerRule;
  /** For all attempts and the pauses between them; without it, the event's `timeoutPerHookMs`. */
  readonly timeoutMs?: number;
  /** For each attempt; without it, only `timeoutMs` counts. */
  readonly attemptTimeoutMs?: number;
  /** Says that running it twice does no harm. Only such a hook is ever retried. */
  readonly idempotent?: boolean;
  readonly retry?: RetryOptions;
  readonly circuitBreaker?: CircuitBreakerOptions;
  /** What it returns stands in the outcome as `value`. */
  run(context: HookContext<Events, Event, Metadata>): unknown;
}

/**
 * A hook for any event of a vocabulary: the type of `context.data` follows from `on`. `Fields` are what hooks of this owner
 * have besides.
 */
export type Hook<Events, Fields = object, Metadata = object> = {
  [Event in EventName<Events>]: HookOn<Events, Event, Metadata> & Readonly<Fields>;
}[EventName<Events>];
