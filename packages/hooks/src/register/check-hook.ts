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
import type { HookOn } from "../define/hook.js";
import { HookError } from "../errors/hook-error.js";
import { circuitShape, retryShape } from "./event-policy.js";
import type { FieldCheck } from "./hooks-options.js";

/** A hook as its owner wrote it, whatever its vocabulary. */
export type AnyHook = HookOn<Record<string, unknown>, string, object>;

export const priorities: Readonly<Record<string, number>> = { critical: 1, high: 3, normal: 5, low: 8 };

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
  const always = ["id", "on", "run", ...Object.keys(fields)];
  const wrong = checkShape(hook, { ...hookShape, ...fields }, always);
  if (wrong === undefined) return;
  const id = (hook as Partial<AnyHook> | null | undefined)?.id;
  const name = nonEmptyString(id) === undefined ? `hook ${id}` : "a hook";
  throw new HookError("CONFITURE_HOOK_INVALID", `register: ${name} ${wrong}.`);
}
