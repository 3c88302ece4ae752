/** Time that several queries share. */
export interface TimeBudget {
  /** What one more query may take; 0 when nothing is left. */
  next(): number;
}

export function timeBudget(totalMs: number, eachMs: number): TimeBudget {
  const end = performance.now() + totalMs;
  return {
    next() {
      const left = Math.min(eachMs, end - performance.now());
      // Less than this is no time to ask anything in.
      return left < 5 ? 0 : left;
    },
  };
}
