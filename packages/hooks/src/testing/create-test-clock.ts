import { setImmediate } from "node:timers";
import { HookError } from "../errors/hook-error.js";
import type { Clock } from "../run/clock.js";

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /** Goes on by so much, and runs each timer at its time, with everything that follows from it. */
  advance(ms: number): Promise<void>;
  /** Goes from timer to timer until the promise has settled, and returns what it settled to. */
  run<Value>(promise: Promise<Value>): Promise<Value>;
  /** Timers that wait. Behind a phase there are none. */
  readonly timers: number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** For tests of hooks with time limits, pauses and circuits: a minute passes at once. */
export function createTestClock(startsAt = 0): TestClock {
  let now = startsAt;
  const timers = new Set<Timer>();
  /** Of two at the same time, the one that was set first. */
  const next = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
  const fire = (timer: Timer): Promise<void> => {
    timers.delete(timer);
    now = timer.at;
    timer.run();
    return promisesToSettle();
  };
  return {
    now: () => now,
    setTimeout: (run, ms) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as Timer),
    advance: async (ms) => {
      const until = now + ms;
      await promisesToSettle();
      for (let timer = next(); timer !== undefined && timer.at <= until; timer = next()) await fire(timer);
      now = until;
    },
    run: async (promise) => {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      for (await promisesToSettle(); !isSettled; ) {
        const timer = next();
        if (timer === undefined) throw waitsForNothing();
        await fire(timer);
      }
      return promise;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** Behind a turn of the event loop, everything that promises had still to do is done. */
function promisesToSettle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function waitsForNothing(): HookError {
  return new HookError("CONFITURE_HOOK_CLOCK", "The promise has not settled, and no timer of the test clock is left.", {
    hint: "Settle what the hooks wait for. Real timers and sockets are not the clock's.",
  });
}
