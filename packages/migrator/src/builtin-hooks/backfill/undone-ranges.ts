import type { Place, Range } from "./walk.js";

/**
 * What of a walk is still to be done. `done` is in the order of the walk and does not overlap: what lies between its ranges was under
 * way when workers were interrupted, and what lies behind them was not begun.
 */
export function undoneRanges(done: readonly Range[], end: Place): readonly Range[] {
  const undone: Range[] = [];
  let place: Place | null = null;
  for (const { lower, upper } of done) {
    if (lower !== null && !same(lower, place)) undone.push({ lower: place, upper: lower });
    place = upper;
  }
  return same(end, place) ? undone : [...undone, { lower: place, upper: end }];
}

function same(left: Place, right: Place | null): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
