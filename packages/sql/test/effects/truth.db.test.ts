import { predictEffects } from "@confiture/sql";
import { describeEachVersion, type ServerVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { alwaysAccessExclusive } from "./always-access-exclusive.js";
import { renderWithCatalog, renderWithoutCatalog, sharesOf } from "./render-truth.js";
import { scoreTruth } from "./score-truth.js";
import { readTruthCatalogs } from "./truth-catalogs.js";
import { readTruth } from "./truth-forms.js";

const folder = process.env.CONFITURE_LOCKS;

describe.skipIf(folder === undefined)("measured statements (CONFITURE_LOCKS)", () => {
  describeEachVersion("what was measured", (version) => {
    let reading: ReturnType<typeof readForms> | undefined;
    const read = () => {
      reading ??= readForms(folder!, version);
      return reading;
    };

    test("is predicted from the catalog", async () => {
      const { forms, catalogs } = await read();
      const options = { version, catalogs, withCatalog: true };
      const baseline = await scoreTruth(forms, { ...options, predict: alwaysAccessExclusive });
      const score = await scoreTruth(forms, { ...options, predict: predictEffects });
      const shares = sharesOf(score);
      const report = renderWithCatalog(score, baseline);
      expect(shares.exactLocks, report).toBeGreaterThanOrEqual(0.99);
      expect(shares.sameWork, report).toBeGreaterThanOrEqual(0.98);
      expect(shares.underPredicted, report).toBe(0);
      expect(shares.macroF1, report).toBeGreaterThan(sharesOf(baseline).macroF1);
    });

    test("is predicted from the text as far as it goes", async () => {
      const { forms, catalogs } = await read();
      const score = await scoreTruth(forms, { version, catalogs, withCatalog: false, predict: predictEffects });
      const shares = sharesOf(score);
      expect(shares.exactNamed, renderWithoutCatalog(score)).toBeGreaterThanOrEqual(0.98);
      expect(shares.assumesWhereUnnamed, renderWithoutCatalog(score)).toBe(1);
    });

    test("can tell a predictor that knows nothing", async () => {
      const { forms, catalogs } = await read();
      const score = await scoreTruth(forms, { version, catalogs, withCatalog: true, predict: alwaysAccessExclusive });
      const shares = sharesOf(score);
      expect(score.forms.length).toBeGreaterThan(290);
      expect(shares.exactLocks).toBeLessThan(0.7);
      expect(shares.sameWork).toBeLessThan(0.8);
      expect(shares.underPredicted).toBeGreaterThan(0.3);
      expect(shares.macroF1).toBeLessThan(0.2);
    });
  });
});

async function readForms(truth: string, version: ServerVersion) {
  const { fixture, forms } = readTruth(truth);
  return { forms, catalogs: await readTruthCatalogs(fixture, forms, version) };
}
