import type { Catalog } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeDifferences } from "../../describe-difference.js";
import { dropSubscriptions, oneOfEverything } from "../../one-of-everything.js";
import { statementsBetween } from "./annotation-rules.js";

const ours = [
  "triggers",
  "rules",
  "policies",
  "statistics",
  "eventTriggers",
  "foreignDataWrappers",
  "foreignServers",
  "userMappings",
  "publications",
  "subscriptions",
  "comments",
  "grants",
  "defaultPrivileges",
] as const satisfies readonly (keyof Catalog)[];

describeEachVersion("all objects of these kinds, among one of everything", (version) => {
  let db: TestDatabase;
  let full: Catalog;
  let bare: Catalog;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    // Foreign tables are of another kind, and hold on to their servers.
    await db.query("drop foreign table shop.remote, spare.far");
    full = await readCatalog(db);
    bare = { ...full, ...Object.fromEntries(ours.map((kind) => [kind, []])) };
    await db.query("set search_path = ''; set check_function_bodies = off");
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  test("are dropped, and nothing else goes", async () => {
    for (const statement of statementsBetween(full, bare)) await db.query(statement);
    expect(describeDifferences(await readCatalog(db), bare)).toEqual([]);
  });

  test("are made from nothing, but for what is not in a catalog", async () => {
    const wanted = { ...full, subscriptions: [] };
    for (const statement of statementsBetween(bare, wanted)) await db.query(statement);
    expect(describeDifferences(await readCatalog(db), wanted)).toEqual(["~ foreign server far_away: maskedOptions"]);
  });
});
