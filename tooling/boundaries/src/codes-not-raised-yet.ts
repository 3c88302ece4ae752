/**
 * Codes whose rows stand in the table before the code that raises them. An entry that has become used, or that left
 * the table, fails the test: the list can only shrink to nothing.
 */
export const codesNotRaisedYet: readonly string[] = [];
