import { type Catalog, isConfitureError } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeDifferences } from "../../describe-difference.js";
import { drawnPart, quarter } from "../../drawn-part.js";
import { catalogAfter } from "../../inside.js";
import { dropSubscriptions, oneOfEverything } from "../../one-of-everything.js";
import { type Change, readChanges } from "../../read-changes.js";
import { statementsBetween } from "./annotation-rules.js";

const files = [
  "triggers",
  "rules",
  "policies",
  "statistics",
  "event-triggers",
  "foreign-servers",
  "publications",
  "subscriptions",
  "grants",
  "default-privileges",
];

/** Rows put into the server's catalogs are not reached by any command, nor objects of other kinds by these rules. */
const isOurs = ({ sql, reports }: Change) =>
  !sql.includes("allow_system_table_mods") &&
  !reports.some((report) => /^. (column|foreign table|schema) |^~ foreign server .*: wrapper/.test(report));

describeEachVersion(`a known change, made and taken back (CONFITURE_TEST_SEED=${quarter})`, (version) => {
  let db: TestDatabase;
  let base: Catalog;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    base = await readCatalog(db);
    await db.query("set search_path = ''; set check_function_bodies = off");
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  /** What is left after the rules have led from one catalog to the other; the reason, if they refuse to. */
  async function leftBetween(from: Catalog, to: Catalog, path: readonly string[] = []): Promise<readonly string[]> {
    try {
      const statements = statementsBetween(from, to);
      const left = describeDifferences(await catalogAfter(db, ...path, ...statements), to);
      return left.length === 0 ? [] : [...left, ...statements];
    } catch (error) {
      if (isConfitureError(error) && error.code === "CONFITURE_DIFF_IMPOSSIBLE") return [error.message];
      throw error;
    }
  }

  for (const file of files) {
    test(file, async () => {
      const changes = drawnPart(readChanges(`${file}.sql`, version)).filter(isOurs);
      for (const { sql } of changes) {
        const path = ["set local search_path = public", sql, "set local search_path = ''"];
        const changed = await catalogAfter(db, ...path);
        expect({ sql, left: await leftBetween(base, changed) }).toEqual({ sql, left: refusals[sql]?.there ?? [] });
        expect({ sql, left: await leftBetween(changed, base, path) }).toEqual({ sql, left: refusals[sql]?.back ?? [] });
      }
    });
  }
});

const noSecret = (object: string, option: string) => [
  `Of ${object}, the value of ${option} looks like a secret, and secrets are not in a catalog.`,
];
const noConnection = (name: string) => [
  `The subscription ${name} cannot be made: its connection string belongs to the environment and is not in a catalog.`,
];

/** What a catalog does not hold cannot be made from one. */
const refusals: Readonly<Record<string, { readonly there?: readonly string[]; readonly back?: readonly string[] }>> = {
  "alter foreign data wrapper spare_wrapper options (add password 'x');": {
    there: noSecret("foreign data wrapper spare_wrapper", "password"),
  },
  "alter server spare_server options (add api_key 'x');": { there: noSecret("server spare_server", "api_key") },
  "alter server spare_server options (add address 'postgres://me:secret@there');": {
    there: noSecret("server spare_server", "address"),
  },
  "create subscription extra connection 'dbname=nowhere' publication changes with (connect = false, slot_name = none);":
    { there: noConnection("extra") },
  "drop subscription news;": { back: noConnection("news") },
  "alter subscription news rename to gossip;": { there: noConnection("gossip"), back: noConnection("news") },
};
