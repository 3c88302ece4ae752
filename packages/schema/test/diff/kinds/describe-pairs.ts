import type { Catalog, Queryable } from "@confiture/model";
import { compareCatalogs, readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { catalogAfter, inside } from "../../inside.js";
import { planByRules, ruledPart } from "./rules-alone.js";

/** Two states of a schema, and how the rules go from the one to the other. */
export interface Pair {
  readonly before: string;
  readonly after: string;
  /** The statements that alter what is there, or the objects that are dropped and made again. */
  readonly does: readonly string[] | { readonly replaces: readonly string[] };
  readonly since?: ServerVersion;
  readonly until?: ServerVersion;
}

/** Where the rules for a pair have brought the schema, and what they did. */
export interface Trial {
  readonly does: Pair["does"];
  readonly statements: readonly string[];
  /** What still differs. */
  readonly differences: readonly unknown[];
}

/** One test a pair and version: the rules do what is said, and their statements lead from `before` to `after`. */
export function describePairs(title: string, setUp: string, pairs: Readonly<Record<string, Pair>>): void {
  describeEachVersion(title, (version) => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await openTestDatabase({ version, sql: setUp });
    });
    afterAll(() => db[Symbol.asyncDispose]());

    for (const [name, pair] of Object.entries(pairs)) {
      if (version < (pair.since ?? version) || version > (pair.until ?? version)) continue;
      test(name, async () => {
        const { does, statements, differences } = await tryPair(db, pair.before, pair.after);
        expect(does, statements.join(";\n")).toEqual(pair.does);
        expect(differences, statements.join(";\n")).toEqual([]);
      });
    }
  });
}

/** Goes from one state to the other inside a transaction that is rolled back. */
export async function tryPair(db: Queryable, from: string, to: string): Promise<Trial> {
  const after = await catalogAfter(db, to);
  return inside(db, from, async () => {
    const before = await readCatalog(db, { insideTransaction: true });
    const { altered, replaced, statements } = planByRules(before, after);
    await applyStatements(db, statements);
    const reached = await readCatalog(db, { insideTransaction: true });
    const differences = differencesOf(reached, after);
    return { does: replaced.length > 0 ? { replaces: replaced } : altered, statements, differences };
  });
}

export function differencesOf(reached: Catalog, after: Catalog): readonly unknown[] {
  return compareCatalogs(ruledPart(reached), ruledPart(after), { ignoreOwners: true });
}

/** As a plan is run. */
export async function applyStatements(db: Queryable, statements: readonly string[]): Promise<void> {
  await db.query(
    "set local search_path = ''; set local check_function_bodies = off; set local client_min_messages = error",
  );
  for (const sql of statements) {
    try {
      await db.query(sql);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${sql}\n\nof:\n${statements.join(";\n")}`);
    }
  }
}
