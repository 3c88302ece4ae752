import {
  aFunction,
  boolean,
  type Check,
  checkShape,
  milliseconds,
  nonEmptyString,
  oneOf,
  strings,
} from "../define/check-shape.js";
import type { FailureStrategy, HookOn, RetryOptions, TriggerRule } from "../define/hook.js";
import { HookError } from "../errors/hook-error.js";
import { CircuitBreaker } from "../run/circuit-breaker.js";
import { circuitShape, type EventPolicy, retryShape } from "./event-policy.js";
import type { FieldCheck } from "./hooks-options.js";
import { layOver } from "./lay-over.js";

/** A hook as its owner wrote it, whatever its vocabulary. */
export type AnyHook = HookOn<Record<string, unknown>, string, object>;

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

const priorities: Readonly<Record<string, number>> = { critical: 1, high: 3, normal: 5, low: 8 };

const priority: Check = (value) =>
  Object.hasOwn(priorities, value as string) || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10)
    ? undefined
    : `a whole number from 1 to 10, or ${Object.keys(priorities).join(", ")}`;

const hookShape = {
  id: nonEmptyString,
  on: nonEmptyString,
  priority,
  dependsOn: strings,
  triggerRule: oneOf("all_success", "none_failed", "all_done"),
  timeoutMs: milliseconds,
  attemptTimeoutMs: milliseconds,
  idempotent: boolean,
  retry: retryShape,
  circuitBreaker: circuitShape,
  run: aFunction,
} satisfies Record<keyof AnyHook, Check>;

/** What every hook may have; an owner's own fields have other names. */
export const hookFields: readonly string[] = Object.keys(hookShape);

/** Refuses what is no hook, naming it as well as it can be named. */
export function checkHook(hook: unknown, fields: Readonly<Record<string, FieldCheck>>): asserts hook is AnyHook {
  const id = (hook as { readonly id?: unknown } | null | undefined)?.id;
  const name = typeof id === "string" && id !== "" ? `hook ${id}` : "a hook";
  const required = ["id", "on", "run"] as const;
  const wrong =
    checkShape(hook, {
      ...hookShape,
      ...Object.fromEntries(Object.keys(fields).map((field) => [field, () => undefined])),
    }) ??
    missing(required.find((field) => (hook as AnyHook)[field] === undefined)) ??
    wrongField(hook as AnyHook, fields);
  if (wrong !== undefined) throw new HookError("CONFITURE_HOOK_INVALID", `register: ${name} ${wrong}.`);
}

function missing(field: string | undefined): string | undefined {
  return field === undefined ? undefined : `has no \`${field}\``;
}

/** The owner's fields are checked also where they are left out: only he knows whether they may be. */
function wrongField(hook: AnyHook, fields: Readonly<Record<string, FieldCheck>>): string | undefined {
  for (const [field, check] of Object.entries(fields)) {
    const wrong = check((hook as unknown as Readonly<Record<string, unknown>>)[field]);
    if (wrong !== undefined) return `has \`${field}\`: ${wrong}`;
  }
  return undefined;
}

/** Fills in what the hook leaves to its event, and refuses what does not go together with it. */
export function registeredHook(hook: AnyHook, policy: EventPolicy, canAlert: boolean): RegisteredHook {
  const { id, on, dependsOn = [], circuitBreaker = policy.circuitBreaker } = hook;
  const refuse = (why: string, hint: string) =>
    new HookError("CONFITURE_HOOK_COMBINATION", `register: hook ${id} (${on}) ${why}.`, {
      hint,
      event: on,
      hookId: id,
    });
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
