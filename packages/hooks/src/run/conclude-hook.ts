import { hookError } from "../errors/hook-error.js";
import { loggedError } from "../observe/hook-log-entry.js";
import type { RegisteredHook } from "../register/registered-hook.js";
import type { HookResult, SkipReason } from "./hook-outcome.js";
import type { Phase } from "./phase.js";

interface PlacedHook {
  readonly place: number;
  readonly hook: RegisteredHook;
}

/** Takes down how a hook ended, and draws the consequences for its circuit and for the phase. */
export function concludeHook(phase: Phase, { place, hook }: PlacedHook, result: HookResult): void {
  phase.results[place] = result;
  noteEnd(phase, result);
  turnCircuit(phase, hook, result);
  judge(phase, hook, result);
}

export function skippedHook(phase: Phase, hook: RegisteredHook, reason: SkipReason): HookResult {
  const startedAt = phase.engine.clock.now();
  return { hookId: hook.id, status: "skipped", reason, attempts: 0, startedAt, durationMs: 0 };
}

function noteEnd(phase: Phase, result: HookResult): void {
  const { hookId, status, attempts, durationMs, startedAt } = result;
  const error = "error" in result ? loggedError(result.error) : undefined;
  const attempt = attempts === 0 ? undefined : attempts;
  phase.note(status, { hookId, attempt, durationMs, reason: reasonOf(result), error }, startedAt + durationMs);
}

function reasonOf(result: HookResult): string | undefined {
  if (result.status === "skipped") return result.reason;
  const limit = result.status === "timeout" ? [result.limit] : [];
  const abandoned = "abandoned" in result ? [`${result.abandoned} abandoned`] : [];
  return [...limit, ...abandoned].join(", ") || undefined;
}

function judge(phase: Phase, hook: RegisteredHook, result: HookResult): void {
  if ("abandoned" in result && result.abandoned === "around") {
    // The owner has not cleaned up: whatever came next would run in the middle of it.
    phase.fail(hook, result.error);
    return;
  }
  const error = errorOf(hook, result);
  if (error === undefined || phase.ending !== undefined) return;
  if (hook.onFailure === "fail_fast") phase.fail(hook, error.reason);
  if (hook.onFailure !== "alert_only") return;
  const { event, executionId } = phase.request;
  phase.engine.reporter.alert({ event, hookId: hook.id, executionId, error: error.reason });
}

/** What the hook's failure strategy is about: not to have run because of an open circuit is to have failed. */
function errorOf(hook: RegisteredHook, result: HookResult): { readonly reason: unknown } | undefined {
  if (result.status === "failed" || result.status === "timeout") return { reason: result.error };
  if (result.status !== "skipped" || result.reason !== "circuit_open") return undefined;
  return { reason: hookError("CONFITURE_HOOK_CIRCUIT_OPEN", hook, "has failed too often in a row and was not run") };
}

function turnCircuit(phase: Phase, { id, breaker }: RegisteredHook, result: HookResult): void {
  if (breaker === undefined || result.status === "skipped") return;
  // Being stopped from outside says nothing about the hook.
  const wasStopped = result.status === "cancelled" || (result.status === "timeout" && result.limit === "phase");
  if (wasStopped) breaker.withdrew();
  else if (result.status === "completed") {
    if (breaker.succeeded()) phase.note("circuit_closed", { hookId: id });
  } else if (breaker.failed(phase.engine.clock.now())) phase.note("circuit_open", { hookId: id });
}
