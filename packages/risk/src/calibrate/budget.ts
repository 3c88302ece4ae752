/** What a measurement may take, and what it had to leave out for it. */
export interface Budget {
  readonly maxBytes: number;
  spentMs(): number;
  /** Never less than one. */
  leftMs(): number;
  /** Whether something that takes about this long still fits. */
  hasTimeFor(expectedMs: number): boolean;
  leaveOut(what: string, because: string): void;
  leftOut(): readonly { readonly what: string; readonly because: string }[];
}

export function startBudget(limits: { readonly maxDurationMs: number; readonly maxBytes: number }): Budget {
  const started = performance.now();
  const left = new Map<string, string>();
  const spentMs = () => performance.now() - started;
  return {
    maxBytes: limits.maxBytes,
    spentMs,
    leftMs: () => Math.max(1, Math.ceil(limits.maxDurationMs - spentMs())),
    hasTimeFor: (expectedMs) => spentMs() + expectedMs <= limits.maxDurationMs,
    leaveOut: (what, because) => {
      if (!left.has(what)) left.set(what, because);
    },
    leftOut: () => [...left].map(([what, because]) => ({ what, because })),
  };
}
