import { longRun, newestVersion, type ServerVersion } from "@confiture/testkit";

/**
 * The cases of a table for one version. A long run tries each on every version; otherwise the newest server takes one
 * half and the others the other half.
 */
export function casesFor<Case>(
  version: ServerVersion,
  table: Readonly<Record<string, Case>>,
): readonly (readonly [string, Case])[] {
  const cases = Object.entries(table);
  if (longRun) return cases;
  const half = version === newestVersion ? 0 : 1;
  return cases.filter((_, position) => position % 2 === half);
}
