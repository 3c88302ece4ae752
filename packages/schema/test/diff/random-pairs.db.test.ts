import { longRun, newestVersion, testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { randomPair } from "./random-schema.js";
import { faultsOf, runPair } from "./run-pair.js";

const first = Number(process.env.CONFITURE_TEST_SEED ?? Date.now() % 1_000_000);

describe(`schemas at random become each other, or are refused by name (CONFITURE_TEST_SEED=${first})`, () => {
  testOnEachVersion(
    "with nothing left for a second plan, nor for a second observer",
    async (version) => {
      const pairs = longRun ? 2_000 : version === newestVersion ? 60 : 40;
      const found: string[] = [];
      for (let seed = first; seed < first + pairs; seed += 1) {
        const { a, b } = randomPair(seed, { version });
        const { there, back } = await runPair(version, a.join(";\n"), b.join(";\n"));
        for (const [direction, outcome] of Object.entries({ there, back })) {
          const faults = faultsOf(outcome);
          if (faults.length > 0) found.push(`${seed} ${direction}: ${faults.join("\n")}`);
        }
      }
      expect(found.join("\n\n")).toBe("");
    },
    longRun ? 7_200_000 : 600_000,
  );
});
