/** How near two numbers must be. */
export interface Nearness {
  /** The smaller divided by the larger is at least this. 1: they are equal. */
  readonly expectedRatio?: number | undefined;
  /** How far the one may be from the other, in percent of what is expected. 0 without it. */
  readonly tolerancePercent?: number | undefined;
}

export interface Comparison {
  readonly passed: boolean;
  /** Smaller by larger, from 0 to 1. */
  readonly ratio: number;
  readonly deviationPercent: number;
}

/** Numbers come as the server prints them: two that look the same are the same, however many digits they have. */
export function compareNumbers(expected: string, actual: string, nearness: Nearness): Comparison {
  if (expected === actual) return { passed: true, ratio: 1, deviationPercent: 0 };
  const [wanted, found] = [Number(expected), Number(actual)];
  if (wanted === found && Math.abs(wanted) <= Number.MAX_SAFE_INTEGER)
    return { passed: true, ratio: 1, deviationPercent: 0 };
  const ratio = ratioOf(wanted, found);
  const deviationPercent =
    wanted === 0 ? Number.POSITIVE_INFINITY : (Math.abs(found - wanted) / Math.abs(wanted)) * 100;
  const { expectedRatio, tolerancePercent } = nearness;
  const byRatio = expectedRatio !== undefined && expectedRatio < 1 && ratio >= expectedRatio;
  const byTolerance = tolerancePercent !== undefined && tolerancePercent > 0 && deviationPercent <= tolerancePercent;
  return { passed: byRatio || byTolerance, ratio, deviationPercent };
}

function ratioOf(left: number, right: number): number {
  if (Math.sign(left) !== Math.sign(right)) return 0;
  const [small, large] = [Math.min(Math.abs(left), Math.abs(right)), Math.max(Math.abs(left), Math.abs(right))];
  return large === 0 ? 1 : small / large;
}
