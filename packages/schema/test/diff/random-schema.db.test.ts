import { longRun, openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { randomPair } from "./random-schema.js";

const first = Number(process.env.CONFITURE_TEST_SEED ?? Date.now() % 1_000_000);
const pairs = longRun ? 2_000 : 100;

describe(`schemas at random (seed ${first})`, () => {
  testOnEachVersion(
    "can be built, both sides of every pair",
    async (version) => {
      await using db = await openTestDatabase({ version });
      const refused: unknown[] = [];
      for (let seed = first; seed < first + pairs; seed += 1) {
        const pair = randomPair(seed, { version });
        for (const side of ["a", "b"] as const) {
          const error = await refusal(db, pair[side]);
          if (error !== undefined) refused.push({ seed, side, error, mutations: pair.mutations });
        }
      }
      expect(refused).toEqual([]);
    },
    longRun ? 1_200_000 : 240_000,
  );
});

async function refusal(db: TestDatabase, ddl: readonly string[]): Promise<string | undefined> {
  await db.query("begin");
  try {
    await db.query(ddl.join(";\n"));
    return undefined;
  } catch {
    return await firstRefused(db, ddl);
  } finally {
    await db.query("rollback");
  }
}

async function firstRefused(db: TestDatabase, ddl: readonly string[]): Promise<string | undefined> {
  await db.query("rollback; begin");
  for (const sql of ddl) {
    const error = await db.query(sql).then(() => undefined, String);
    if (error !== undefined) return `${error}: ${sql}`;
  }
  return undefined;
}
