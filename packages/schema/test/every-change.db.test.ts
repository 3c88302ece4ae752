import type { Catalog } from "@confiture/model";
import { catalogHash, readCatalog } from "@confiture/schema";
import { describeEachVersion, newestVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedColumns, readCatalogRows, readSchemaColumns } from "./catalog-columns.js";
import { describeDifferences } from "./describe-difference.js";
import { drawnPart, quarter } from "./drawn-part.js";
import { catalogAfter, inside } from "./inside.js";
import { dropSubscriptions, openForChanges } from "./one-of-everything.js";
import { type Change, changeFiles, readChanges } from "./read-changes.js";

describeEachVersion(`one statement, its differences and no others (CONFITURE_TEST_SEED=${quarter})`, (version) => {
  let db: TestDatabase;
  let before: Catalog;
  beforeAll(async () => {
    db = await openForChanges(version);
    await using session = await db.openSession();
    before = await readCatalog(session);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  for (const file of changeFiles) {
    test(`${file.replace(".sql", "")}`, async () => {
      const expected = drawnPart(readChanges(file, version));
      const seen: Change[] = [];
      for (const { sql } of expected) {
        const after = await catalogAfter(db, sql);
        const reports = describeDifferences(before, after);
        expect(catalogHash(after) === catalogHash(before), sql).toBe(reports.length === 0);
        seen.push({ sql, reports });
      }
      expect(seen).toEqual(expected);
    });
  }

  test.runIf(version === newestVersion)("change every column of the server's catalogs that is schema", async () => {
    const columns = await readSchemaColumns(db);
    const rows = await readCatalogRows(db, columns);
    const proven = new Set<string>();
    for (const { sql } of changeFiles.flatMap((file) => readChanges(file, version))) {
      const after = await inside(db, sql, () => readCatalogRows(db, columns));
      for (const column of changedColumns(rows, after)) proven.add(column);
    }
    expect(columns.filter((column) => !proven.has(column))).toEqual([]);
  });
});

describe("the statements", () => {
  const reports = changeFiles.flatMap((file) => readChanges(file, 18)).flatMap((change) => change.reports);

  /** What cannot be changed: its name says all there is to say. */
  const onlyNamed = ["shell type"];

  test("add, drop and change objects of every kind", () => {
    const kinds = new Set(reports.map((report) => kindOf(report)));
    const missing = [...kinds].flatMap((kind) =>
      ["+", "-", "~"]
        .filter((sign) => !reports.some((report) => report.startsWith(sign) && kindOf(report) === kind))
        .filter((sign) => !(sign === "~" && onlyNamed.includes(kind)))
        .map((sign) => `${sign} ${kind}`),
    );
    expect(missing).toEqual([]);
    expect([...kinds].sort()).toEqual(everyKind);
  });
});

const everyKind = [
  "access method",
  "aggregate",
  "base type",
  "cast",
  "collation",
  "column",
  "comment",
  "composite type",
  "constraint",
  "conversion",
  "default privilege",
  "domain",
  "enum",
  "event trigger",
  "extension",
  "foreign data wrapper",
  "foreign server",
  "foreign table",
  "function",
  "grant",
  "index",
  "language",
  "materialized view",
  "operator",
  "operator class",
  "operator family",
  "policy",
  "procedure",
  "publication",
  "range",
  "rule",
  "schema",
  "security label",
  "sequence",
  "shell type",
  "statistics",
  "subscription",
  "table",
  "text search configuration",
  "text search dictionary",
  "text search parser",
  "text search template",
  "transform",
  "trigger",
  "user mapping",
  "view",
  "window function",
];

/** Longer kinds first, so that `foreign table` is not taken for `foreign`. */
function kindOf(report: string): string {
  const text = report.slice(2);
  const kind = [...everyKind].sort((a, b) => b.length - a.length).find((word) => text.startsWith(`${word} `));
  if (kind === undefined) throw new Error(`no kind in: ${report}`);
  return kind;
}
