import type { Catalog } from "@confiture/model";
import { compareCatalogs, readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDrawn, quarter } from "../drawn-part.js";
import { inside } from "../inside.js";
import { createRoles, type Fixture, fixtureGroups, readFixtures } from "./read-fixtures.js";

describe("the fixtures of the diff", () => {
  const fixtures = fixtureGroups.flatMap((group) => readFixtures(group, 18));

  test("are 250 pairs at the least", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(250);
  });

  test("begin with a sentence that says what they are about, each another", () => {
    const sentences = fixtures.map(({ sentence }) => sentence);
    expect(sentences.filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([]);
    expect(sentences.filter((sentence, index) => sentences.indexOf(sentence) < index)).toEqual([]);
  });
});

describeEachVersion(`both sides of a fixture load and differ (CONFITURE_TEST_SEED=${quarter})`, (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test.each(fixtureGroups)("%s", async (group) => {
    const faults: string[] = [];
    for (const [index, fixture] of readFixtures(group, version).entries()) {
      // All are loaded, which is quick; to read their catalogs is not.
      const fault = await faultOf(db, fixture, { compare: isDrawn(index) });
      if (fault !== undefined) faults.push(`${fixture.name}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
});

/** What is wrong with a fixture; undefined when nothing is. */
async function faultOf(db: TestDatabase, fixture: Fixture, options: { compare: boolean }): Promise<string | undefined> {
  const look = async () => (options.compare ? readCatalog(db, { insideTransaction: true }) : undefined);
  await createRoles(db, fixture);
  try {
    const before = await inside(db, fixture.a + (fixture.rows ?? ""), look);
    const after = await inside(db, fixture.b, look);
    return before && after && faultBetween(before, after);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function faultBetween(before: Catalog, after: Catalog): string | undefined {
  const missed = [...before.unsupported, ...after.unsupported].map(({ kind, name }) => `${kind} ${name}`);
  if (missed.length > 0) return `not in the catalog: ${missed.join(", ")}`;
  return compareCatalogs(before, after).length === 0 ? "no difference" : undefined;
}
