import type { FailureStrategy, RetryOptions, TriggerRule } from "../define/hook.js";
import { hookError } from "../errors/hook-error.js";
import { CircuitBreaker } from "../run/circuit-breaker.js";
import { type AnyHook, priorities } from "./check-hook.js";
import type { EventPolicy } from "./event-policy.js";
import { layOver } from "./lay-over.js";

/** A hook that has been checked, with everything that it leaves to its event filled in. */
export interface RegisteredHook {
  readonly definition: AnyHook;
  readonly id: string;
  readonly event: string;
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly triggerRule: TriggerRule;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number | undefined;
  /** Undefined for a hook that is tried once. */
  readonly retry: RetryPolicy | undefined;
  readonly onFailure: FailureStrategy;
  readonly breaker: CircuitBreaker | undefined;
}

/** Fills in what the hook leaves to its event, and refuses what does not go together with it. */
export function registeredHook(hook: AnyHook, policy: EventPolicy, canAlert: boolean): RegisteredHook {
  const { id, on, dependsOn = [], circuitBreaker = policy.circuitBreaker } = hook;
  const refuse = (why: string, hint: string) => hookError("CONFITURE_HOOK_COMBINATION", { id, event: on }, why, hint);
  const isRetried = hook.retry !== undefined || policy.errors === "retry";
  if (isRetried && hook.idempotent !== true) {
    const why = hook.retry === undefined ? "would be retried, as the event's `errors` says," : "asks for `retry`";
    throw refuse(
      `${why} and does not say that it is idempotent`,
      "Set `idempotent: true` if running it twice does no harm.",
    );
  }
  if (dependsOn.length > 0 && policy.strategy === "parallel") {
    throw refuse("depends on others, and the event runs all side by side", "Set its strategy to parallel_with_deps.");
  }
  if (hook.triggerRule !== undefined && dependsOn.length === 0) {
    throw refuse("has a `triggerRule` and depends on nothing", "Give it `dependsOn`, or leave the rule out.");
  }
  if (hook.retry?.onExhausted === "alert_only" && !canAlert) {
    throw refuse("alerts when it is exhausted, and nobody is told", "Pass `onAlert` to createHooks.");
  }
  const { onExhausted, ...retry } = layOver(usualRetry, policy.retry, hook.retry);
  const errors = policy.errors === "retry" ? "fail_fast" : policy.errors;
  return {
    definition: hook,
    id,
    event: on,
    priority: priorities[hook.priority ?? "normal"] ?? Number(hook.priority),
    dependsOn: [...new Set(dependsOn)],
    triggerRule: hook.triggerRule ?? "all_success",
    timeoutMs: hook.timeoutMs ?? policy.timeoutPerHookMs,
    attemptTimeoutMs: hook.attemptTimeoutMs,
    retry: isRetried ? retry : undefined,
    onFailure: (isRetried ? onExhausted : undefined) ?? errors,
    breaker: circuitBreaker === undefined ? undefined : new CircuitBreaker(layOver(usualCircuit, circuitBreaker)),
  };
}

/** How a hook is tried again. */
export type RetryPolicy = Required<Omit<RetryOptions, "onExhausted">>;

const usualRetry: RetryPolicy & Pick<RetryOptions, "onExhausted"> = {
  maxAttempts: 3,
  initialDelayMs: 100,
  maxDelayMs: 30_000,
  backoffMultiplier: 2,
};
const usualCircuit = { failureThreshold: 5, recoveryTimeoutMs: 60_000 };
