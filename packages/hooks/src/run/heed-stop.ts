import type { Clock } from "./clock.js";
import type { StopSource } from "./stop-source.js";

export interface HeedOptions {
  readonly stop: StopSource;
  readonly clock: Clock;
  /** How long the work may take to end once it has been stopped. */
  readonly graceMs: number;
  /** What must end first, before the time of grace begins. */
  readonly busy?: () => Promise<unknown> | undefined;
  /** Whether an end that comes behind the stop, but in time, counts as it is. */
  readonly acceptsLate: boolean;
  /** The work has not ended in time, and nobody waits for it any more. */
  readonly onAbandoned: () => void;
  /** Abandoned work has ended after all. */
  readonly onLate: (end: { readonly error?: unknown }) => void;
}

/**
 * Settles as the work does. Work that was stopped is waited for, but no longer than the time of grace: then the promise
 * rejects with the cause, and what the work still does is told to `onLate`, so that no rejection is left unhandled.
 */
export function heedStop<Value>(work: PromiseLike<Value>, options: HeedOptions): Promise<Value> {
  const { stop, clock } = options;
  return new Promise((resolve, reject) => {
    let timer: unknown;
    let state: "waiting" | "ended" | "abandoned" = "waiting";
    const refuse = () => reject(stop.cause?.error);
    const abandon = () => {
      state = "abandoned";
      options.onAbandoned();
      refuse();
    };
    const giveTime = () => {
      if (state === "waiting") timer = clock.setTimeout(abandon, options.graceMs);
    };
    const onStop = () => {
      const busy = options.busy?.();
      if (busy === undefined) giveTime();
      else void busy.then(giveTime);
    };
    /** False for work that was abandoned before. */
    const ends = (end: { readonly error?: unknown }): boolean => {
      if (state === "abandoned") {
        options.onLate(end);
        return false;
      }
      state = "ended";
      stop.unlisten(onStop);
      if (timer !== undefined) clock.clearTimeout(timer);
      return true;
    };
    const counts = () => stop.cause === undefined || options.acceptsLate;
    work.then(
      (value) => {
        if (ends({})) counts() ? resolve(value) : refuse();
      },
      (error) => {
        if (ends({ error })) counts() ? reject(error) : refuse();
      },
    );
    if (stop.cause === undefined) stop.listen(onStop);
    else onStop();
  });
}
