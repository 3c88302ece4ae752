import { hookError } from "../errors/hook-error.js";
import type { Attempt } from "./attempt.js";
import type { AttemptContext } from "./attempt-context.js";
import { callHook } from "./call-hook.js";
import type { AnyAround } from "./engine.js";
import { heedStop } from "./heed-stop.js";
import { type StopCause, StopSource } from "./stop-source.js";

/**
 * Runs the hook inside what its owner does around it: a savepoint before, say, and going back to it behind a failure. Time limits hold
 * for both together. When they are over, the hook has the time of grace to end; then `run` rejects with the reason, and `around` has
 * the time of grace again, to clean up. How `around` settles decides: it knows whether what the hook did stays.
 */
export async function runWithin(attempt: Attempt, context: AttemptContext, around: AnyAround): Promise<unknown> {
  const { hook, stop } = attempt;
  const cleanUp = new StopSource();
  let inner: Promise<unknown> | undefined;
  let isRunning = false;
  const runOnce = async (metadata: object): Promise<unknown> => {
    if (stop.cause !== undefined) throw stop.cause.error;
    attempt.metadata = Object.freeze({ ...attempt.metadata, ...metadata });
    isRunning = true;
    try {
      return await callHook(attempt, context);
    } finally {
      isRunning = false;
      if (stop.cause !== undefined) cleanUp.stop(stop.cause);
    }
  };
  const run = (metadata: object = {}): Promise<unknown> => {
    if (inner !== undefined)
      return Promise.reject(hookError("CONFITURE_HOOK_AROUND", hook, "was run twice by `around`"));
    inner = runOnce(metadata);
    return inner;
  };
  const onStop = (cause: StopCause) => {
    if (!isRunning) cleanUp.stop(cause);
  };
  stop.listen(onStop);
  try {
    const work = Promise.resolve(around(hook.definition, context, run));
    const value = await heedStop(work, attempt.manners("around", cleanUp));
    if (inner !== undefined) return value;
    throw stop.cause === undefined
      ? hookError("CONFITURE_HOOK_AROUND", hook, "was not run by `around`")
      : stop.cause.error;
  } finally {
    stop.unlisten(onStop);
    // An `around` that does not wait for the hook does not make it run on alone.
    if (isRunning) await Promise.allSettled([inner]);
  }
}
