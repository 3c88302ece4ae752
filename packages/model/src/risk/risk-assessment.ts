/** Weakest first. */
export const riskLevels = ["low", "medium", "high", "critical"] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** One term of the published sum. */
export interface RiskFactor {
  readonly name: "data_volume" | "lock_time" | "dependencies" | "anomalies" | "concurrent_load";
  /** What was measured or estimated, in `unit`. */
  readonly measured: number;
  readonly unit: "bytes" | "ms" | "objects" | "mean severity" | "ratio";
  /** `measured` on the scale from 0 to 1. */
  readonly value: number;
  readonly weight: number;
  /** `value` × `weight`. */
  readonly contribution: number;
  readonly description: string;
}

/** How long something takes, as an interval in which four of five runs are expected to end. All times in milliseconds. */
export interface DurationEstimate {
  readonly estimatedMs: number;
  /** Bounds of the 80 % prediction interval for one run. */
  readonly lowerMs: number;
  readonly upperMs: number;
  /** From 0 to 1: how much there is behind the estimate. */
  readonly confidence: number;
  /** `heuristic`: rates of other servers; `calibrated`: rates of this one; `historical`: similar operations of the past. */
  readonly method: "heuristic" | "calibrated" | "historical";
  /** What the time is made of. */
  readonly factors: readonly { readonly name: string; readonly ms: number }[];
  /** When to be sceptical. */
  readonly caveats: readonly string[];
}

/** What an operator reads before deciding. */
export interface RiskAssessment {
  /** The worse of `levelByScore` and `levelByDowntime`. */
  readonly level: RiskLevel;
  readonly levelByScore: RiskLevel;
  readonly levelByDowntime: RiskLevel;
  /** From 0 to 1. */
  readonly score: number;
  readonly factors: readonly RiskFactor[];
  /** How long somebody else would have to wait for a lock that is held. */
  readonly downtime: DurationEstimate;
  readonly categories: readonly RiskCategory[];
  readonly recommendations: readonly Recommendation[];
  /** What could not be looked at. Not empty means: nothing here says that all is well. */
  readonly notInspected: readonly string[];
}

export interface RiskCategory {
  readonly name: "backward_compatibility" | "data_loss" | "performance" | "locking" | "multi_tenant" | "cqrs";
  readonly level: RiskLevel;
  readonly reasons: readonly string[];
}

export interface Recommendation {
  readonly level: RiskLevel;
  readonly text: string;
  /** Statements to run instead or besides, in order. */
  readonly sql?: readonly string[];
}
