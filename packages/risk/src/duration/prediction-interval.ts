import { tQuantile90 } from "./student-t.js";

/** Where four of five further values are expected, and the middle of what was seen. */
export interface PredictionInterval {
  readonly lower: number;
  readonly middle: number;
  readonly upper: number;
}

/**
 * The 80 % prediction interval for one more value of the same kind. From nine values on by order statistics: the next
 * value falls between the k-th smallest and the k-th largest of n with probability (n + 1 − 2k) / (n + 1), whatever the
 * distribution. Below, by Student's t, with the uncertainty of the mean: x̄ ± t·s·√(1 + 1/n). Needs two values.
 */
export function predictionInterval(values: readonly number[]): PredictionInterval {
  if (values.length < 2) throw new RangeError("a spread needs two values");
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length >= 9 ? byOrder(sorted) : byStudent(sorted);
}

function byOrder(sorted: readonly number[]): PredictionInterval {
  const rank = (sorted.length + 1) / 10;
  return { lower: atRank(sorted, rank), middle: median(sorted), upper: atRank(sorted, sorted.length + 1 - rank) };
}

/** Ranks count from one; between two of them, in proportion. */
function atRank(sorted: readonly number[], rank: number): number {
  const below = Math.min(Math.max(Math.floor(rank), 1), sorted.length);
  const above = Math.min(below + 1, sorted.length);
  return sorted[below - 1]! + (rank - below) * (sorted[above - 1]! - sorted[below - 1]!);
}

function byStudent(sorted: readonly number[]): PredictionInterval {
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = tQuantile90(count - 1) * Math.sqrt(variance * (1 + 1 / count));
  return { lower: mean - half, middle: mean, upper: mean + half };
}

export function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
