import { hookError } from "../errors/hook-error.js";
import { attemptChannel, traced } from "../observe/channels.js";
import type { Attempt } from "./attempt.js";
import { AttemptContext } from "./attempt-context.js";
import { callHook } from "./call-hook.js";
import type { Abandoned } from "./hook-outcome.js";
import { runWithin } from "./run-within.js";
import type { StopCause } from "./stop-source.js";

export type AttemptEnd =
  | { readonly status: "completed"; readonly value: unknown }
  | { readonly status: "failed"; readonly error: unknown }
  | (StopCause & { readonly abandoned?: Abandoned; readonly aroundError?: unknown });

export interface AttemptLimit {
  readonly ms: number;
  readonly limit: "attempt" | "hook";
}

/** Runs a hook once. Never rejects: a failure is an ending like others. */
export function runAttempt(attempt: Attempt, limit: AttemptLimit): Promise<AttemptEnd> {
  const { phase, hook, number } = attempt;
  const { event, executionId } = phase.request;
  const { id: hookId, priority } = hook;
  const describe = () => ({ event, executionId, phase: phase.number, hookId, priority, attempt: number });
  return traced(attemptChannel, describe, () => carryOut(attempt, limit));
}

async function carryOut(attempt: Attempt, limit: AttemptLimit): Promise<AttemptEnd> {
  const { phase, stop } = attempt;
  const { clock } = phase.engine;
  const { around } = phase.request;
  const context = new AttemptContext(attempt);
  const relay = (cause: StopCause) => stop.stop(cause);
  let timer: unknown;
  phase.stop.listen(relay);
  try {
    const value = around === undefined ? callHook(attempt, context) : runWithin(attempt, context, around);
    // A hook that has ended already could not have been interrupted: it needs no timer.
    if (value instanceof Promise) timer = clock.setTimeout(() => stop.stop(timeUp(attempt, limit)), limit.ms);
    return { status: "completed", value: await value };
  } catch (error) {
    return endOf(attempt, error);
  } finally {
    attempt.isOver = true;
    phase.stop.unlisten(relay);
    if (timer !== undefined) clock.clearTimeout(timer);
  }
}

function endOf({ stop: { cause }, abandoned, phase }: Attempt, error: unknown): AttemptEnd {
  if (cause === undefined) return { status: "failed", error };
  const isArounds = phase.request.around !== undefined && error !== cause.error;
  return {
    ...cause,
    ...(abandoned === undefined ? {} : { abandoned }),
    ...(isArounds ? { aroundError: error } : {}),
  };
}

function timeUp({ hook }: Attempt, { ms, limit }: AttemptLimit): StopCause {
  const what =
    limit === "attempt" ? `took longer than ${ms} ms for an attempt` : `took longer than ${hook.timeoutMs} ms`;
  const error = hookError("CONFITURE_HOOK_TIMEOUT", hook, what, "Heed `context.signal`, or give it more time.");
  return { status: "timeout", limit, error };
}
