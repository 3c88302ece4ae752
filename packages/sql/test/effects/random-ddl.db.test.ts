import { longRun, testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { alwaysAccessExclusive } from "./always-access-exclusive.js";
import { ownPredictor } from "./own-predictor.js";
import { randomSharesOf, renderRandomDdl, renderRejected } from "./render-random-ddl.js";
import { tryRandomDdl } from "./try-random-ddl.js";

const samples = longRun ? 2_000 : 150;
const seed = Number(process.env.CONFITURE_TEST_SEED ?? Date.now() % 1_000_000);

describe(`statements at random, on databases at random (seed ${seed})`, () => {
  testOnEachVersion(
    "do what is predicted",
    async (version) => {
      const predict = ownPredictor ?? alwaysAccessExclusive;
      const report = await tryRandomDdl({ version, predict, seed, samples });
      const shares = randomSharesOf(report);
      expect(shares.rejected, renderRejected(report)).toBeLessThan(0.35);
      // A predictor that knows nothing is caught: the trial can fail.
      if (ownPredictor === undefined) expect(shares.underPredicted).toBeGreaterThan(0.2);
      else expect(shares.underPredicted, await renderRandomDdl(report, { predict, shrink: 2 })).toBe(0);
    },
    longRun ? 900_000 : 240_000,
  );
});
