import type { Calibration, Rate } from "../duration/calibration.js";
import { median } from "../duration/prediction-interval.js";
import { priceOf } from "../duration/price-work.js";
import { amountsOf, type Work, type WorkFamily, workTerms } from "../duration/work.js";
import type { Observation } from "./measurement.js";
import { nonNegativeLeastSquares } from "./non-negative-least-squares.js";

interface Cell {
  readonly name: string;
  readonly works: readonly Work[];
  readonly times: readonly number[];
}

/** Prices of all families that were measured. Those measured alone come first: the others are measured on top of them. */
export function fitRates(observations: readonly Observation[]): Pick<Calibration, "rates"> {
  const cells = groupCells(observations);
  const rates: Partial<Record<WorkFamily, Rate>> = {};
  const floorMs = medianOf(cells.flatMap(({ works, times }) => (works[0]?.family === "statement" ? times : [])));
  for (const family of inOrder(cells)) {
    const own = cells.filter(({ works }) => works[0]?.family === family);
    rates[family] = fitRate(
      family,
      own.map((cell) => withoutOthers(cell, rates)),
      floorMs,
    );
  }
  return { rates };
}

function groupCells(observations: readonly Observation[]): readonly Cell[] {
  const cells = new Map<string, { works: readonly Work[]; times: number[] }>();
  for (const { cell, works, ms } of observations) {
    const known = cells.get(cell) ?? { works, times: [] };
    known.times.push(ms);
    cells.set(cell, known);
  }
  return [...cells].map(([name, { works, times }]) => ({ name, works, times }));
}

function inOrder(cells: readonly Cell[]): readonly WorkFamily[] {
  const families = [...new Set(cells.flatMap(({ works }) => works[0]?.family ?? []))];
  const needsOthers = (family: WorkFamily) =>
    cells.some(({ works }) => works[0]?.family === family && works.length > 1) ? 1 : 0;
  return families.sort((a, b) => needsOthers(a) - needsOthers(b));
}

/** What is left for the first work when the others are taken off; never less than a tenth, for the noise in both. */
function withoutOthers(cell: Cell, rates: Partial<Readonly<Record<WorkFamily, Rate>>>): Cell {
  const others = cell.works.slice(1).reduce((sum, work) => sum + priceIfKnown(work, rates), 0);
  return { ...cell, times: cell.times.map((ms) => Math.max(ms - others, ms / 10)) };
}

function priceIfKnown(work: Work, rates: Partial<Readonly<Record<WorkFamily, Rate>>>): number {
  const rate = rates[work.family];
  return rate === undefined ? 0 : priceOf(work, rate);
}

/** Tried for what one worker adds to the leader; with a single processor it may be nothing. */
const gains = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

function fitRate(family: WorkFamily, cells: readonly Cell[], floorMs: number): Rate {
  const parallel = cells.some(({ works }) => works[0]!.workers > 0);
  const best = (parallel ? gains : [0])
    .map((gain) => ({ gain, ...fitPrices(cells, { gain, floorMs }) }))
    .reduce((left, right) => (right.error < left.error ? right : left));
  return {
    msPerUnit: Object.fromEntries(workTerms[family].map((term, index) => [term, best.prices[index]!])),
    workerGain: best.gain,
    residuals: leaveOneOut(cells, { gain: best.gain, floorMs }),
    cells: cells.length,
    runs: cells.reduce((sum, { times }) => sum + times.length, 0),
    longestMs: Math.max(...cells.flatMap(({ times }) => times)),
  };
}

interface FitOptions {
  readonly gain: number;
  /** What a commit takes: deviations below it are the disk's, not the work's. */
  readonly floorMs: number;
}

const rounds = 10;
/** Relative deviations below this weigh in squares, above it in proportion: a disturbed cell must not bend the fit. */
const undisturbed = 0.1;

/**
 * Weighted so that each cell's relative error counts alike. The weights come from the fit itself from the second
 * round on: by measured times, a fit would rather be too low than too high.
 */
function fitPrices(
  cells: readonly Cell[],
  { gain, floorMs }: FitOptions,
): { prices: readonly number[]; error: number } {
  const amounts = cells.map(({ works }) => amountsOf(works[0]!, gain));
  const times = cells.map(({ times }) => medianOf(times));
  let scales = times.map((ms) => ms + floorMs);
  let prices: readonly number[] = [];
  let deviations: readonly number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    prices = nonNegativeLeastSquares(
      amounts.map((row, cell) => row.map((amount) => amount / scales[cell]!)),
      times.map((ms, cell) => ms / scales[cell]!),
    );
    const expected = amounts.map((row) => predict(row, prices) + floorMs);
    deviations = times.map((ms, cell) => Math.abs(Math.log((ms + floorMs) / expected[cell]!)));
    scales = expected.map((ms, cell) => {
      const bounded = Math.max(ms, times[cell]! / 4);
      return bounded * Math.sqrt(Math.max(1, deviations[cell]! / undisturbed));
    });
  }
  return { prices, error: deviations.reduce((sum, deviation) => sum + deviation, 0) };
}

/** Each run against the fit of the other cells. */
function leaveOneOut(cells: readonly Cell[], options: FitOptions): Rate["residuals"] {
  return cells.flatMap((cell) => {
    const others = cells.filter((other) => other !== cell);
    const { prices } = fitPrices(others.length > 0 ? others : cells, options);
    const expected = predict(amountsOf(cell.works[0]!, options.gain), prices);
    return expected > 0 ? cell.times.map((ms) => ({ ms: expected, logRatio: Math.log(ms / expected) })) : [];
  });
}

function medianOf(values: readonly number[]): number {
  return median([...values].sort((a, b) => a - b));
}

function predict(amounts: readonly number[], prices: readonly number[]): number {
  return amounts.reduce((sum, amount, index) => sum + amount * prices[index]!, 0);
}
