/**
 * Pairs that do not come out right yet, with the reason. The test fails when one of them does, so that the list only
 * gets shorter; a pair that is refused by name is not a failure and does not stand here.
 */
export const knownFailures: ReadonlyMap<string, string> = new Map([]);

/** Directions in which no statements lead, said by name, with the reason. The test fails when one of them is reached. */
export const knownRefusals: ReadonlyMap<string, string> = new Map([]);

/** Failures of pairs at random, by version and seed. */
export const knownRandomFailures: ReadonlyMap<string, string> = new Map([]);
