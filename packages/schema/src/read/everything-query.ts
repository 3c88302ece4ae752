import { allQueries } from "./all-queries.js";
import type { CatalogQuery, ReadScope } from "./catalog-query.js";
import { dependenciesText } from "./dependencies.js";
import { fingerprintText } from "./fingerprint.js";
import { unsupportedQuery } from "./unsupported.js";

/** One object as JSON text, so that no driver's parsers for arrays, bigints or dates can change what is read. */
export interface EverythingRow {
  /** The catalog's list it belongs to, or `fingerprintKind`. */
  readonly kind: string;
  readonly object: string;
}

export const fingerprintKind = "fingerprint";
export const dependenciesKind = "dependencies";

/**
 * All kinds, what is unsupported, the dependencies and the fingerprint in one statement, for a statement has one snapshot also where a
 * transaction has many. Read apart, a table that somebody makes and drops again could be seen by one query and not by
 * the next, and leave no trace between the fingerprints.
 */
export function everythingQuery(scope: ReadScope): string {
  const queries = (Object.values(allQueries) as readonly CatalogQuery[]).map(({ kind, sql }) =>
    asJson(kind, sql(scope)),
  );
  return [
    ...queries,
    asJson("unsupported", unsupportedQuery(scope)),
    `select '${dependenciesKind}', ${dependenciesText}`,
    `select '${fingerprintKind}', ${fingerprintText(scope)}`,
  ].join("\nunion all\n");
}

function asJson(kind: string, query: string): string {
  return `select '${kind}' as kind, json_strip_nulls(row_to_json(entry))::text as object from (${query}) entry`;
}
