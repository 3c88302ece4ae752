import type { Calibration, Rate } from "./calibration.js";
import { predictionInterval } from "./prediction-interval.js";
import { amountsOf, type Work, workTerms } from "./work.js";

/** Milliseconds of one work at these prices: the sum alone, without what the residuals say. */
export function priceOf(work: Work, rate: Pick<Rate, "msPerUnit" | "workerGain">): number {
  const amounts = amountsOf(work, rate.workerGain);
  return workTerms[work.family].reduce((sum, term, index) => sum + amounts[index]! * (rate.msPerUnit[term] ?? 0), 0);
}

export interface PricedWork {
  readonly work: Work;
  readonly ms: number;
  readonly lowerMs: number;
  readonly upperMs: number;
  /** How many times longer it is than anything that was measured; 1 and less: within what was measured. */
  readonly beyond: number;
}

/** Amounts that are most of the time where there are any: a price for the rest alone would be next to nothing. */
const decisive = ["indexRows"] as const;

/**
 * What one work takes, with the 80 % interval for one run. The point is the sum itself: moved by the residuals near it, more
 * work could come out as less time. Undefined where its family was never measured, or what decides over this work was not.
 */
export function priceWork(work: Work, calibration: Pick<Calibration, "rates">): PricedWork | undefined {
  const rate = calibration.rates[work.family];
  if (rate === undefined || rate.residuals.length < 2) return undefined;
  if (decisive.some((term) => (work.amounts[term] ?? 0) > 0 && !((rate.msPerUnit[term] ?? 0) > 0))) return undefined;
  const sum = priceOf(work, rate);
  const { lower, upper } = predictionInterval(residualsNear(sum, rate));
  const beyond = sum / rate.longestMs;
  const doublings = Math.log2(Math.max(1, beyond));
  const ms = sum * (1 + growth * doublings);
  return {
    work,
    ms,
    lowerMs: ms * Math.exp(Math.min(0, lower) - uncertainty * doublings),
    upperMs: ms * Math.exp(Math.max(0, upper) + uncertainty * doublings),
    beyond,
  };
}

/**
 * Beyond what was measured, more work leaves one cache after the other and takes longer than in proportion, and how much
 * longer is not known: what each doubling adds to the point, and to both ends of the interval in logarithms. Chosen after
 * tables of 5·10⁶ rows by rates measured on at most 10⁶ (`pnpm bench:duration`).
 */
const growth = 0.05;
const uncertainty = 0.1;

/** Enough for order statistics, with room for a cell that is unlike the others. */
const fewestNear = 18;

/**
 * Residuals of the runs whose length is nearest: a commit on a busy disk is half of two milliseconds, and nothing of two
 * minutes. A third of all, and at least eighteen.
 */
function residualsNear(ms: number, { residuals }: Rate): readonly number[] {
  const count = Math.max(fewestNear, Math.ceil(residuals.length / 3));
  return [...residuals]
    .sort((a, b) => Math.abs(Math.log(a.ms / ms)) - Math.abs(Math.log(b.ms / ms)))
    .slice(0, count)
    .map(({ logRatio }) => logRatio);
}
