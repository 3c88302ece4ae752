import type { Attempt } from "./attempt.js";
import type { AttemptContext } from "./attempt-context.js";
import { heedStop } from "./heed-stop.js";

/**
 * Calls the hook itself. Returns its value, or a promise of it, which settles when everything that the hook triggered has ended as well.
 * Once the attempt has been stopped it can only reject: what a stopped hook says of itself does not count.
 */
export function callHook(attempt: Attempt, context: AttemptContext): unknown {
  const returned = attempt.hook.definition.run(context);
  const accept = (value: unknown) => whenFree(attempt, () => accepted(attempt, value));
  if (!isThenable(returned)) return accept(returned);
  const refuse = (error: unknown) => whenFree(attempt, () => refused(attempt, error));
  return heedStop(Promise.resolve(returned), attempt.manners("hook")).then(accept, refuse);
}

function whenFree(attempt: Attempt, settle: () => unknown): unknown {
  return attempt.isBusy ? attempt.nestedEnds().then(settle) : settle();
}

function accepted(attempt: Attempt, value: unknown): unknown {
  if (attempt.stop.cause !== undefined || attempt.refusal !== undefined) return refused(attempt, attempt.refusal);
  return value;
}

function refused({ stop }: Attempt, error: unknown): never {
  throw stop.cause === undefined ? error : stop.cause.error;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
