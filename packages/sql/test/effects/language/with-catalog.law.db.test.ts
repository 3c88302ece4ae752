import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { drawWith } from "@confiture/testkit/draw";
import fc from "fast-check";
import { expect } from "vitest";
import { arbitraryFile, arbitrarySchema } from "../arbitrary-ddl.js";
import {
  changedByLayout,
  expectPlainData,
  expectPrefix,
  expectSameTwice,
  expectSortedAndStrongest,
  predictTexts,
} from "./effect-laws.js";

/** What these make is looked at as text later on, layout and all. */
const keptAsText = /^create (or replace )?(constraint )?(trigger|(materialized )?view)\b/i;

// Nothing is run: only what is there is read from a server.
testOnEachVersion("the laws of a prediction hold with a catalog", async (version) => {
  for (const schema of [1, 2, 3]) {
    await using db = await openTestDatabase({ version });
    for (const sql of arbitrarySchema(schema, version)) await db.query(sql);
    const catalog = await readCatalog(db);
    const file = fc
      .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 })
      .map((seeds) => seeds.flatMap((seed) => arbitraryFile({ draw: drawWith(seed), catalog, version })));
    await fc.assert(
      fc.asyncProperty(file, fc.nat(12), fc.nat(1_000_000), async (texts, length, seed) => {
        await expectSameTwice(texts, { catalog });
        await expectPrefix(texts, length, { catalog });
        const predicted = await predictTexts(texts, { catalog });
        expectPlainData(predicted);
        predicted.forEach(expectSortedAndStrongest);
        const readFromTrees = texts.filter((text) => !keptAsText.test(text));
        expect(await changedByLayout(readFromTrees, seed, { catalog })).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }
});
