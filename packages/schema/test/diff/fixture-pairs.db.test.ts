import { describeEachVersion, longRun, newestVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { dropSubscriptions } from "../one-of-everything.js";
import { knownFailures, knownRefusals } from "./known-failures.js";
import { createRoles, type Fixture, fixtureGroups, readFixtures } from "./read-fixtures.js";
import { faultsOf, runPair } from "./run-pair.js";

// The same share of the pairs each time, for a gate must not fail by chance; all of them in a long run.
const seed = Number(process.env.CONFITURE_TEST_SEED ?? 0);

describeEachVersion(`one schema becomes the other, and back (CONFITURE_TEST_SEED=${seed})`, (version) => {
  const share = longRun ? 1 : version === newestVersion ? 20 : 60;
  for (const group of fixtureGroups) {
    const fixtures = readFixtures(group, version).filter((_, place) => (place + seed) % share === 0);
    if (fixtures.length === 0 || group === "subscriptions") continue;
    test(group.replaceAll("-", " "), { timeout: 60_000 * fixtures.length }, async () => {
      await using db = await openTestDatabase({ version });
      const found: string[] = [];
      for (const fixture of fixtures) {
        await createRoles(db, fixture);
        found.push(...(await faultsOfFixture(fixture)));
      }
      await dropSubscriptions(db);
      expect(found.join("\n\n")).toBe("");
    });
  }

  async function faultsOfFixture({ name, a, b }: Fixture): Promise<readonly string[]> {
    const { there, back } = await runPair(version, a, b);
    return [
      { direction: `${name} there`, outcome: there },
      { direction: `${name} back`, outcome: back },
    ].flatMap(({ direction, outcome }) => {
      const faults = [...faultsOf(outcome), ...unexpectedRefusal(direction, outcome.refused)];
      const known = knownFailures.get(direction);
      if (known !== undefined)
        return faults.length === 0 ? [`${direction}: comes out right now, but stands among the known failures`] : [];
      return faults.length === 0 ? [] : [`${direction}: ${faults.join("\n")}`];
    });
  }
});

/** What no statements lead to is said by name, and which pairs these are is known. */
function unexpectedRefusal(direction: string, refused: string | undefined): readonly string[] {
  const known = knownRefusals.get(direction);
  if (refused === undefined) return known === undefined ? [] : ["is reached now, but stands among the known refusals"];
  return known === undefined ? [`refused: ${refused}`] : [];
}
