import { type RiskLevel, riskLevels } from "@confiture/model";
import { type LevelStarts, publishedScale, type RiskScale } from "./risk-scale.js";

/**
 * The level of a score from 0 to 1.
 *
 * @throws RangeError for a negative number or NaN, which would be harmless by any comparison
 */
export function levelOfScore(score: number, scale: RiskScale = publishedScale): RiskLevel {
  return levelFrom(score, scale.scoreLevels);
}

/**
 * The level of a downtime in milliseconds.
 *
 * @throws RangeError for a negative number or NaN
 */
export function levelOfDowntime(ms: number, scale: RiskScale = publishedScale): RiskLevel {
  return levelFrom(ms, scale.downtimeLevels);
}

/**
 * True when a level is at least as bad as a limit: what a gate asks.
 *
 * @throws RangeError for what is no level: a gate that compares it would be open
 */
export function reachesLevel(level: RiskLevel, limit: RiskLevel): boolean {
  return rankOf(level) >= rankOf(limit);
}

function rankOf(level: RiskLevel): number {
  const rank = riskLevels.indexOf(level);
  if (rank < 0) throw new RangeError(`\`${String(level)}\` is no level of risk; ${riskLevels.join(", ")} are`);
  return rank;
}

/** `low` when there is none. */
export function worstLevel(levels: readonly RiskLevel[]): RiskLevel {
  return riskLevels[Math.max(0, ...levels.map(rankOf))]!;
}

function levelFrom(number: number, starts: LevelStarts): RiskLevel {
  if (!(number >= 0)) throw new RangeError(`${number} has no level; it cannot be below 0`);
  if (number >= starts.critical) return "critical";
  if (number >= starts.high) return "high";
  return number >= starts.medium ? "medium" : "low";
}
