import type { AlertRule } from "./alert-options.js";
import type { Finding } from "./finding.js";

export function findMuchMemory(rule: AlertRule, rssBytes: number = process.memoryUsage.rss()): readonly Finding[] {
  if (rssBytes <= rule.above) return [];
  return [
    {
      event: "memory_threshold_exceeded",
      rule,
      key: "memory",
      because: `the process takes ${Math.round(rssBytes / 2 ** 20)} MB of memory`,
      data: { measured: rssBytes, threshold: rule.above, unit: "bytes" },
    },
  ];
}

/** A step under way. */
export interface StepUnderWay {
  readonly version: string;
  readonly step: number;
  /** Milliseconds so far. */
  readonly elapsedMs: number;
  /** What it takes elsewhere; undefined where nobody knows. */
  readonly baselineMs: number | undefined;
}

/** Below this nobody notices whether a step is slow: what is short varies by many times itself. */
const leastMs = 250;

export function findSlowStep(
  { version, step, elapsedMs, baselineMs }: StepUnderWay,
  rule: AlertRule,
): readonly Finding[] {
  if (baselineMs === undefined) return [];
  const threshold = Math.max(leastMs, baselineMs * rule.above);
  if (elapsedMs <= threshold) return [];
  return [
    {
      event: "performance_degraded",
      rule,
      key: JSON.stringify(["slow", version, step]),
      because: `statement ${step} of ${version} has taken ${Math.round(elapsedMs)} ms, and took ${Math.round(baselineMs)} ms before`,
      data: { measured: elapsedMs, threshold, unit: "ms", version, step },
    },
  ];
}
