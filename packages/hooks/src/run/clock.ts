/** All the time the engine knows. A test hands in `createTestClock()` of `@confiture/hooks/testing`. */
export interface Clock {
  /** Milliseconds since 1970, with fractions; never goes back. */
  now(): number;
  /** Returns what `clearTimeout` takes. */
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The longest a timer of a JavaScript engine waits; beyond it, it would fire at once. */
export const longestTimeoutMs = 2_147_483_647;

export const systemClock: Clock = {
  // `Date.now` jumps when the machine's clock is set.
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
