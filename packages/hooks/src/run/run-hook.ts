import { isRetryable } from "../errors/non-retryable.js";
import { loggedError } from "../observe/hook-log-entry.js";
import type { RegisteredHook } from "../register/registered-hook.js";
import { Attempt } from "./attempt.js";
import type { HookResult } from "./hook-outcome.js";
import type { Phase } from "./phase.js";
import { type AttemptEnd, runAttempt } from "./run-attempt.js";
import type { StopCause } from "./stop-source.js";

/** Runs the hook at a place of a phase, again where that may help, and keeps to its time limit. Never rejects. */
export async function runHook(phase: Phase, hook: RegisteredHook, place: number): Promise<HookResult> {
  const { clock } = phase.engine;
  const startedAt = clock.now();
  const until = startedAt + hook.timeoutMs;
  const before = phase.data.seenBy(place);
  for (let number = 1; ; number++) {
    const attempt = new Attempt(phase, hook, number, before);
    phase.note("started", { hookId: hook.id, attempt: number }, attempt.startedAt);
    const left = until - attempt.startedAt;
    const { attemptTimeoutMs: ownMs = left } = hook;
    const end = await runAttempt(attempt, ownMs < left ? { ms: ownMs, limit: "attempt" } : { ms: left, limit: "hook" });
    const ended = clock.now();
    const durationMs = ended - startedAt;
    if (end.status === "completed") {
      phase.data.take(place, before, attempt.data);
      return { hookId: hook.id, status: "completed", attempts: number, startedAt, durationMs, value: end.value };
    }
    const run = { hookId: hook.id, attempts: number, startedAt, durationMs };
    const error = errorToRetry(hook, end, number);
    const delayMs = pauseOf(hook, number, phase.engine.random);
    // A pause that leaves no time for what it waits for is none.
    if (error === undefined || ended + delayMs >= until || phase.stop.cause !== undefined) return { ...run, ...end };
    phase.note("retrying", { hookId: hook.id, attempt: number, delayMs, error: loggedError(error.reason) });
    const cause = await pause(phase, delayMs);
    if (cause !== undefined) return { ...run, durationMs: clock.now() - startedAt, ...cause };
  }
}

/** What a further attempt may get past. One that was abandoned may still be at work, and is not given company. */
function errorToRetry(
  { retry }: RegisteredHook,
  end: AttemptEnd,
  number: number,
): { readonly reason: unknown } | undefined {
  if (retry === undefined || number >= retry.maxAttempts) return undefined;
  if (end.status === "failed") return isRetryable(end.error) ? { reason: end.error } : undefined;
  if (end.status !== "timeout" || end.limit !== "attempt" || end.abandoned !== undefined) return undefined;
  return { reason: end.error };
}

/** Drawn from the whole of what the pause may last, so that those who failed together do not come back together. */
function pauseOf({ retry }: RegisteredHook, number: number, random: () => number): number {
  if (retry === undefined) return 0;
  const ceiling = retry.initialDelayMs * retry.backoffMultiplier ** (number - 1);
  return random() * Math.min(retry.maxDelayMs, ceiling);
}

/** Ends early when the phase does, and then tells why. */
function pause({ engine: { clock }, stop }: Phase, ms: number): Promise<StopCause | undefined> {
  return new Promise((resolve) => {
    const end = (cause?: StopCause) => {
      clock.clearTimeout(timer);
      stop.unlisten(end);
      resolve(cause);
    };
    const timer = clock.setTimeout(() => end(), ms);
    stop.listen(end);
  });
}
