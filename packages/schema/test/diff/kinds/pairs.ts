import { describeEachVersion, openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeDifferences } from "../../describe-difference.js";
import { catalogAfter } from "../../inside.js";
import { createRoles, statementsBetween } from "./annotation-rules.js";

/** Two schemas that differ in objects of these kinds alone, and what leads from one to the other. */
export interface Pair {
  readonly before?: string;
  readonly after?: string;
  /** The servers that know both. Default: all. */
  readonly since?: ServerVersion;
  readonly until?: ServerVersion;
  /** Exactly these statements, where the way matters as well as the end; `refused` where there is none. */
  readonly there?: readonly string[] | "refused";
  readonly back?: readonly string[] | "refused";
  /** What no statement makes of `before`, as it is told in a note. */
  readonly left?: readonly string[];
}

/**
 * Each pair in both directions: made as `before`, led to `after` by the rules, and read again.
 * @param setup what is there on both sides.
 */
export function testPairs(name: string, setup: string, pairs: Readonly<Record<string, Pair>>): void {
  describeEachVersion(name, (version) => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await openTestDatabase({ version });
      await db.query(createRoles);
      await db.query(setup);
    });
    afterAll(() => db[Symbol.asyncDispose]());

    const asTheDiffRuns = "set local search_path = ''; set local check_function_bodies = off";

    for (const [sentence, pair] of Object.entries(pairs)) {
      const { before = "", after = "", since = 13, until = 18, there, back, left: leftThere = [] } = pair;
      test.runIf(version >= since && version <= until)(sentence, async () => {
        const [old, wanted] = [await catalogAfter(db, before), await catalogAfter(db, after)];
        for (const [path, from, to, expected, leftOver] of [
          [before, old, wanted, there, leftThere],
          [after, wanted, old, back, []],
        ] as const) {
          if (expected === "refused") {
            const refusal = expect.objectContaining({ code: "CONFITURE_DIFF_IMPOSSIBLE" });
            expect(() => statementsBetween(from, to)).toThrow(refusal);
            continue;
          }
          const statements = statementsBetween(from, to);
          expect(statements).toEqual(expected ?? statements);
          const left = describeDifferences(await catalogAfter(db, path, asTheDiffRuns, ...statements), to);
          expect(left, statements.join(";\n")).toEqual(leftOver);
          // Each grant by its own rules leads there as well, if not always by the same way.
          if (from.grants.length + to.grants.length === 0) continue;
          const oneByOne = statementsBetween(from, to, "by grant");
          const leftByGrant = describeDifferences(await catalogAfter(db, path, asTheDiffRuns, ...oneByOne), to);
          expect(leftByGrant, oneByOne.join(";\n")).toEqual(leftOver);
        }
      });
    }
  });
}
