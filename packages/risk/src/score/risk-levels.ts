import { type RiskLevel, riskLevels } from "@confiture/model";
import { type LevelStarts, publishedScale, type RiskScale } from "./risk-scale.js";

/** The level of a score from 0 to 1. */
export function levelOfScore(score: number, scale: RiskScale = publishedScale): RiskLevel {
  return levelFrom(score, scale.scoreLevels);
}

/** The level of a downtime in milliseconds. */
export function levelOfDowntime(ms: number, scale: RiskScale = publishedScale): RiskLevel {
  return levelFrom(ms, scale.downtimeLevels);
}

/** True when a level is at least as bad as a limit: what a gate asks. */
export function reachesLevel(level: RiskLevel, limit: RiskLevel): boolean {
  return riskLevels.indexOf(level) >= riskLevels.indexOf(limit);
}

/** `low` when there is none. */
export function worstLevel(levels: readonly RiskLevel[]): RiskLevel {
  return riskLevels[Math.max(0, ...levels.map((level) => riskLevels.indexOf(level)))]!;
}

function levelFrom(number: number, starts: LevelStarts): RiskLevel {
  if (number >= starts.critical) return "critical";
  if (number >= starts.high) return "high";
  return number >= starts.medium ? "medium" : "low";
}
