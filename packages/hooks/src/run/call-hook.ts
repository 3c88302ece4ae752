import { loggedError } from "../observe/hook-log-entry.js";
import type { Attempt, AttemptContext } from "./attempt-context.js";
import { heedStop } from "./heed-stop.js";
import type { Abandoned } from "./hook-outcome.js";

/**
 * Calls the hook itself. Returns its value, or a promise of it, which settles when everything that the hook triggered has ended as well.
 * Once the attempt has been stopped it can only reject: what a stopped hook says of itself does not count.
 */
export function callHook(attempt: Attempt, context: AttemptContext): unknown {
  const returned = attempt.hook.definition.run(context);
  if (!isThenable(returned) && attempt.nested.size === 0) return accept(attempt, returned);
  return settle(attempt, returned).then((value) => accept(attempt, value));
}

async function settle(attempt: Attempt, returned: unknown): Promise<unknown> {
  try {
    if (!isThenable(returned)) return returned;
    const busy = () => nestedEnds(attempt);
    return await heedStop(returned, { ...heeding(attempt, "hook"), stop: attempt.stop, acceptsLate: false, busy });
  } finally {
    if (attempt.nested.size > 0) await nestedEnds(attempt);
  }
}

function accept({ stop, refusal }: Attempt, value: unknown): unknown {
  if (stop.cause !== undefined) throw stop.cause.error;
  if (refusal !== undefined) throw refusal;
  return value;
}

/** Undefined if nothing goes on. Phases have limits of their own, so this always comes to an end. */
function nestedEnds({ nested }: Attempt): Promise<unknown> | undefined {
  return nested.size === 0 ? undefined : Promise.allSettled(nested);
}

/** How long whom is waited for, and where it is noted when that was not enough. */
export function heeding(attempt: Attempt, who: Abandoned) {
  const { phase, hook, number } = attempt;
  return {
    clock: phase.engine.clock,
    graceMs: phase.policy.graceMs,
    onAbandoned: () => {
      attempt.abandoned = who;
    },
    onLate: (end: { readonly error?: unknown }) => {
      const error = "error" in end ? { error: loggedError(end.error) } : {};
      phase.note("late", { hookId: hook.id, attempt: number, reason: who, ...error });
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
