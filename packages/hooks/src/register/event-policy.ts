import {
  type Check,
  checkShape,
  milliseconds,
  oneOf,
  type Shape,
  shapeOf,
  wholeNumber,
} from "../define/check-shape.js";
import type { CircuitBreakerOptions, RetryOptions } from "../define/hook.js";
import { HookError } from "../errors/hook-error.js";
import type { EventOptions } from "./hooks-options.js";
import { layOver } from "./lay-over.js";

/** What is said of an event, with everything that was not said filled in. */
export type EventPolicy = Required<Omit<EventOptions, "retry" | "circuitBreaker">> &
  Pick<EventOptions, "retry" | "circuitBreaker">;

const failureStrategies = ["fail_fast", "fail_safe", "alert_only"] as const;

export const retryShape: Check = shapeOf({
  maxAttempts: wholeNumber(1, 1_000),
  initialDelayMs: milliseconds,
  maxDelayMs: milliseconds,
  backoffMultiplier: (value) => (typeof value === "number" && value >= 1 ? undefined : "a number from 1 on"),
  onExhausted: oneOf(...failureStrategies),
} satisfies Record<keyof RetryOptions, Check>);

export const circuitShape: Check = shapeOf({
  failureThreshold: wholeNumber(1, 1_000_000),
  recoveryTimeoutMs: milliseconds,
} satisfies Record<keyof CircuitBreakerOptions, Check>);

const eventShape: Shape = {
  strategy: oneOf("sequential", "parallel", "parallel_with_deps"),
  maxParallelHooks: wholeNumber(1, 10_000),
  errors: oneOf(...failureStrategies, "retry"),
  mutation: oneOf("immutable", "mutable", "copy_on_write"),
  timeoutPerHookMs: milliseconds,
  timeoutPerPhaseMs: milliseconds,
  graceMs: milliseconds,
  retry: retryShape,
  circuitBreaker: circuitShape,
} satisfies Record<keyof EventOptions, Check>;

const usual: EventPolicy = {
  strategy: "sequential",
  maxParallelHooks: 4,
  errors: "fail_fast",
  mutation: "immutable",
  timeoutPerHookMs: 30_000,
  timeoutPerPhaseMs: 300_000,
  graceMs: 5_000,
};

interface SaidOfEvent {
  /** What to call it in a message. */
  readonly name: string;
  readonly defaults: EventOptions;
  readonly own: EventOptions;
  /** Whether there is an `onAlert`. */
  readonly canAlert: boolean;
}

/** Puts an event's options over the defaults, and refuses what does not go together. */
export function eventPolicy({ name, defaults, own, canAlert }: SaidOfEvent): EventPolicy {
  const refuse = (why: string, hint: string) =>
    new HookError("CONFITURE_HOOK_COMBINATION", `${name}: ${why}.`, { hint, event: name });
  const policy = layOver(usual, defaults, own);
  if (policy.strategy !== "sequential" && policy.mutation === "mutable") {
    const hint = "Set `mutation` to copy_on_write, or `strategy` to sequential.";
    throw refuse("hooks that run side by side cannot all change the same data", hint);
  }
  if (policy.strategy === "sequential" && own.maxParallelHooks !== undefined) {
    throw refuse("`maxParallelHooks` says nothing where hooks run one after another", "Set `strategy`.");
  }
  const alerts = policy.errors === "alert_only" || policy.retry?.onExhausted === "alert_only";
  if (alerts && !canAlert) throw refuse("alert_only needs somebody to tell", "Pass `onAlert` to createHooks.");
  return policy;
}

export function checkEventOptions(name: string, options: unknown): void {
  const wrong = checkShape(options, eventShape);
  if (wrong !== undefined) throw new HookError("CONFITURE_HOOK_OPTION", `createHooks: ${name} ${wrong}.`);
}
