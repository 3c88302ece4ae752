import type { Anomaly } from "./anomaly.js";
import type { DeployOrder } from "./deploy-order.js";
import type { RiskLevel } from "./risk-levels.js";
import type { WaitPrediction } from "./wait-prediction.js";
import type { WindowState } from "./window-state.js";

/** One term of the published sum. */
export interface RiskFactor {
  readonly name: "data_volume" | "lock_time" | "dependencies" | "anomalies" | "concurrent_load";
  /** What was measured or estimated, in `unit`. Null when it is not known; `value` is then 1, the worst. */
  readonly measured: number | null;
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
  /** Work that no price is known for, as sentences: how much longer it takes for that, nobody knows. Absent: none. */
  readonly unpriced?: readonly string[];
}

/** What an operator reads before deciding. */
export interface RiskAssessment {
  /** The worse of `levelByScore` and `levelByDowntime`. */
  readonly level: RiskLevel;
  readonly levelByScore: RiskLevel;
  /** `critical` also when something was not understood: no downtime can be told for that. */
  readonly levelByDowntime: RiskLevel;
  /** The level if it took as long as the upper end of `downtime`: one run in ten takes longer still. */
  readonly levelAtUpperEnd: RiskLevel;
  /** From 0 to 1. */
  readonly score: number;
  readonly factors: readonly RiskFactor[];
  /** How long somebody else would have to wait for a lock that is held. */
  readonly downtime: DurationEstimate;
  /** Who that is: `same_rows`, who changes rows that it changes, while everybody else goes on. */
  readonly whoWaits: "nobody" | "same_rows" | "others";
  /** How long our locks would be waited for, and who would queue behind. Empty without facts about the activity. */
  readonly waits: readonly WaitPrediction[];
  readonly anomalies: readonly Anomaly[];
  readonly categories: readonly RiskCategory[];
  readonly deployOrder: DeployOrder;
  /** Null when no maintenance windows were given. */
  readonly window: WindowState | null;
  /** Most effective first. */
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
  /** The level of what it takes away. */
  readonly level: RiskLevel;
  readonly text: string;
  /** Statements to run instead or besides, in order. */
  readonly sql?: readonly string[];
}
