import { predictEffects } from "@confiture/sql";
import { longRun, testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { alwaysAccessExclusive } from "./always-access-exclusive.js";
import { randomSharesOf, renderRandomDdl, renderRejected } from "./render-random-ddl.js";
import { tryRandomDdl } from "./try-random-ddl.js";

const samples = longRun ? 2_000 : 150;
/** What was promised is told by the many statements of a long run; few can only tell that something broke. */
const mostUnderPredicted = longRun ? 0.005 : 0.02;
/** What depends on the rows that are there (does a DELETE find any, and so look at who refers to them) is predicted as if. */
const mostOverPredicted = 0.1;
const seed = Number(process.env.CONFITURE_TEST_SEED ?? Date.now() % 1_000_000);

describe(`statements at random, on databases at random (seed ${seed})`, () => {
  testOnEachVersion(
    "do what is predicted",
    async (version) => {
      const report = await tryRandomDdl({ version, predict: predictEffects, seed, samples });
      const shares = randomSharesOf(report);
      expect(shares.rejected, renderRejected(report)).toBeLessThan(0.35);
      expect(report.thrown).toEqual([]);
      expect(shares.unknown).toBeLessThan(0.05);
      const failed = shares.underPredicted > mostUnderPredicted || shares.overPredicted > mostOverPredicted;
      if (failed) expect.fail(await renderRandomDdl(report, { predict: predictEffects, shrink: 2 }));
    },
    longRun ? 900_000 : 240_000,
  );

  testOnEachVersion("catch a predictor that knows nothing", async (version) => {
    // Always the same statements: whether few of them catch it must not be left to chance.
    const report = await tryRandomDdl({ version, predict: alwaysAccessExclusive, seed: 1, samples: 40 });
    expect(randomSharesOf(report).underPredicted).toBeGreaterThan(0.1);
  });
});
