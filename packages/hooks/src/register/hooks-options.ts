import type { CircuitBreakerOptions, FailureStrategy, RetryOptions } from "../define/hook.js";
import type { EventName } from "../define/hook-context.js";
import type { HookLogger } from "../observe/hook-logger.js";
import type { Clock } from "../run/clock.js";

/** How the hooks of one event are run. */
export interface EventOptions {
  /**
   * `sequential` (without it): one after another. `parallel`: side by side, and none may depend on another. `parallel_with_deps`: each as soon
   * as what it depends on has ended.
   */
  readonly strategy?: "sequential" | "parallel" | "parallel_with_deps";
  /** How many run at a time where they run side by side: 4. */
  readonly maxParallelHooks?: number;
  /** What a failed hook does to the phase: `fail_fast` without it. `retry`: all hooks are tried again, and must be idempotent. */
  readonly errors?: FailureStrategy | "retry";
  /**
   * What hooks may do to the data. `immutable` (without it): nothing. `mutable`: change it for those that follow. `copy_on_write`: change it for
   * those that depend on them; the rest is brought together at the end.
   */
  readonly mutation?: "immutable" | "mutable" | "copy_on_write";
  /** All attempts of one hook: 30,000. */
  readonly timeoutPerHookMs?: number;
  /** All hooks: 300,000. */
  readonly timeoutPerPhaseMs?: number;
  /**
   * How long a hook may take to end once it has been told to, and `around` to clean up behind it: 5,000 each. Then nobody waits any
   * longer, and the result says `abandoned`.
   */
  readonly graceMs?: number;
  /** For hooks that are retried, where they do not say otherwise. */
  readonly retry?: RetryOptions;
  /** Gives a circuit breaker to each hook, where it does not bring its own. */
  readonly circuitBreaker?: CircuitBreakerOptions;
}

/** A hook of an `alert_only` event has failed. */
export interface HookAlert {
  readonly event: string;
  readonly hookId: string;
  readonly executionId: string;
  readonly error: unknown;
}

/** Says what the field of a hook must be (`"one of a and b"`), or nothing when it is that. It sees what is left out, too. */
export type FieldCheck = (value: unknown) => string | undefined;

interface OptionalOptions<Events> {
  /** Every name there is. With it, any other is refused where it is written; without it, types alone tell. */
  readonly vocabulary?: readonly EventName<Events>[];
  /** For every event. */
  readonly defaults?: EventOptions;
  /** For one event each, over the defaults. */
  readonly events?: { readonly [Event in EventName<Events>]?: EventOptions };
  /** Told of failures of `alert_only` events. Nobody waits for it. */
  readonly onAlert?: (alert: HookAlert) => void;
  /** `console` fits. Without one, only the execution log tells. */
  readonly logger?: HookLogger;
  /** How many entries the execution log keeps: 2,000. */
  readonly logSize?: number;
  /** How deeply events may trigger events: 8. */
  readonly maxDepth?: number;
  readonly clock?: Clock;
  /** Between 0 and 1, as `Math.random`: how long pauses between attempts are. */
  readonly random?: () => number;
  /** Makes the ids of executions that are not given one: `crypto.randomUUID`. */
  readonly createId?: () => string;
}

/** The checks of the owner's own fields of hooks are required as soon as there are such fields. */
export type HooksOptions<Events, Fields = object> = OptionalOptions<Events> &
  (keyof Fields extends never
    ? { readonly fields?: Readonly<Record<string, FieldCheck>> }
    : { readonly fields: { readonly [Field in keyof Fields]-?: FieldCheck } });

/** Of whatever vocabulary. */
export type AnyOptions = OptionalOptions<Record<string, unknown>> & {
  readonly fields?: Readonly<Record<string, FieldCheck>>;
};
