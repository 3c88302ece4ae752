import { compareObservations, type ObservedObject, observeSchema } from "@confiture/schema";
import { describeEachVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawnPart, quarter } from "../drawn-part.js";
import { inside } from "../inside.js";
import { dropSubscriptions, openForChanges } from "../one-of-everything.js";
import { changeFiles, readChanges } from "../read-changes.js";

describeEachVersion(`every change is seen by the second observer too (CONFITURE_TEST_SEED=${quarter})`, (version) => {
  let db: TestDatabase;
  let before: readonly ObservedObject[];
  beforeAll(async () => {
    db = await openForChanges(version);
    before = await observeSchema(db);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  for (const file of changeFiles) {
    test(`${file.replace(".sql", "")}`, async () => {
      const wrong: unknown[] = [];
      for (const { sql, reports } of drawnPart(readChanges(file, version))) {
        const differences = compareObservations(before, await inside(db, sql, () => observeSchema(db)));
        if (differences.length > 0 !== reports.length > 0) wrong.push({ sql, reports, differences });
      }
      expect(wrong).toEqual([]);
    });
  }
});
