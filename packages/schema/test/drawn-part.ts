import { longRun } from "@confiture/testkit";

/** Which quarter of what could be tried a run takes: the same each time, for a gate must not fail by chance, unless CONFITURE_TEST_SEED says another. */
export const quarter = Number(process.env.CONFITURE_TEST_SEED ?? 0) % 4;

/** Whether the turn of what stands in this place has come; in a long run it always has. */
export function isDrawn(place: number): boolean {
  return longRun || place % 4 === quarter;
}

/** One in four; all in a long run. */
export function drawnPart<Item>(items: readonly Item[]): readonly Item[] {
  return items.filter((_, place) => isDrawn(place));
}
