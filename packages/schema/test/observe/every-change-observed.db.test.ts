import { compareObservations, type ObservedObject, observeSchema } from "@confiture/schema";
import {
  describeEachVersion,
  longRun,
  newestVersion,
  openTestDatabase,
  type ServerVersion,
  type TestDatabase,
} from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "../one-of-everything.js";
import { type Change, changeFiles, readChanges } from "../read-changes.js";

// As the reader is tested: the newest server gets every statement, the others a part unless the run is long.
const part = Number(process.env.CONFITURE_TEST_SEED ?? 0) % 4;

function sample(changes: readonly Change[], version: ServerVersion): readonly Change[] {
  if (longRun || version === newestVersion) return changes;
  return changes.filter((_, index) => index % 4 === part);
}

describeEachVersion(`every change is seen by the second observer too (CONFITURE_TEST_SEED=${part})`, (version) => {
  let db: TestDatabase;
  let before: readonly ObservedObject[];
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    if (version >= 15) {
      await db.query("set allow_in_place_tablespaces = on");
      await db.query("create tablespace confiture_place location ''").catch(unlessItExists);
    }
    before = await observeSchema(db);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  for (const file of changeFiles) {
    test(`${file.replace(".sql", "")}`, async () => {
      const wrong: unknown[] = [];
      for (const { sql, reports } of sample(readChanges(file, version), version)) {
        await db.query("begin");
        try {
          await db.query(sql);
          const differences = compareObservations(before, await observeSchema(db));
          if (differences.length > 0 !== reports.length > 0) wrong.push({ sql, reports, differences });
        } finally {
          await db.query("rollback");
        }
      }
      expect(wrong).toEqual([]);
    });
  }
});

function unlessItExists(error: unknown): void {
  if (!(error instanceof Error && "code" in error && (error.code === "42710" || error.code === "23505"))) throw error;
}
