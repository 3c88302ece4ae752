import { setTimeout as sleep } from "node:timers/promises";

const firstDelayMs = 200;
const longestDelayMs = 10_000;

/** Full jitter over a doubling window: two runners that met once should not meet again. */
export function backoffDelay(attempt: number, random: () => number): number {
  const window = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(window / 2 + (random() * window) / 2);
}

/** Sleeps, or ends early when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
