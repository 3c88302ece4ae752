import type { Anomaly, DataRequirement } from "@confiture/model";
import type { BoundedQueries } from "../ask/bounded-queries.js";
import { checkRequirements } from "../checks/check-data.js";
import type { ForeignKeyFacts } from "../facts/risk-facts.js";
import { catalogSearches } from "./catalog-searches.js";
import type { AnomaliesFound, AnomaliesSearched, SearchScope } from "./search-scope.js";
import { findSequencesBehind } from "./sequences-behind.js";

/** What the catalogs show first, for that costs nothing; then what rows show, while there is time. */
export async function searchAnomalies(queries: BoundedQueries, scope: SearchScope): Promise<AnomaliesSearched> {
  const shown = [await searchCatalogs(queries, scope), await findSequencesBehind(queries, scope)];
  const orphans = await findOrphans(queries, scope);
  const parts = [...shown, orphans];
  return {
    complete: orphans.complete && shown.every(({ notInspected }) => notInspected.length === 0),
    anomalies: parts.flatMap(({ anomalies }) => anomalies),
    notInspected: parts.flatMap(({ notInspected }) => notInspected),
  };
}

interface FoundRow {
  readonly object: string;
  readonly severity: Anomaly["severity"] | null;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
}

async function searchCatalogs(queries: BoundedQueries, { resolved }: SearchScope): Promise<AnomaliesFound> {
  const anomalies: Anomaly[] = [];
  const notInspected: string[] = [];
  for (const { name, what, query: queryFor } of catalogSearches) {
    const query = queryFor(resolved.oidArray);
    const answer = await queries.ask<FoundRow>(query);
    if (answer.kind === "refused") {
      notInspected.push(`${what}: ${answer.because}`);
      continue;
    }
    for (const { object, severity, evidence } of answer.rows) {
      if (severity === null) notInspected.push(`${what}, ${object}: ${String(evidence.because)}`);
      else anomalies.push({ name, severity, object, evidence, query: query.trim() });
    }
  }
  return { anomalies, notInspected };
}

/** Those nobody ever proved come first, then the small ones: most are known before the time is used up. */
async function findOrphans(queries: BoundedQueries, scope: SearchScope): Promise<AnomaliesSearched> {
  const bytes = new Map(scope.relations.map(({ relation, heapBytes }) => [relation, heapBytes]));
  const keys = (scope.foreignKeys ?? [])
    .filter(({ enforced }) => enforced)
    .map((key) => ({ key, bytes: bytes.get(key.from) ?? Number.MAX_VALUE }))
    .sort((a, b) => Number(a.key.validated) - Number(b.key.validated) || a.bytes - b.bytes)
    .map(({ key }) => key);
  const checks = await checkRequirements(queries, keys.map(requirementOf), {
    budget: scope.budget,
    sampleSize: 0,
    keys: "ctid",
  });
  const anomalies: Anomaly[] = [];
  const unseen = new Map<string, string[]>();
  let complete = scope.foreignKeys !== null;
  for (const [index, check] of checks.entries()) {
    const { constraint, from, validated } = keys[index]!;
    if (check.kind === "violated") {
      anomalies.push({
        name: "orphaned_rows",
        // The planner and people believe a validated one.
        severity: validated ? "critical" : "high",
        object: from,
        evidence: { constraint, validated, rows: check.rows, exact: check.exact },
        query: check.query,
      });
    }
    if (check.kind === "not_inspected") {
      complete &&= validated;
      unseen.set(check.because, [...(unseen.get(check.because) ?? []), `${constraint} of ${from}`]);
    }
  }
  const notInspected = [...unseen].map(([because, names]) => {
    const which = names.length > 3 ? `${names.length} foreign keys` : names.join(", ");
    return `orphaned rows of ${which}: ${because}`;
  });
  return { anomalies, notInspected, complete };
}

function requirementOf({ from, columns, to, referencedColumns, match, period }: ForeignKeyFacts): DataRequirement {
  const key = { kind: "foreign_key", relation: from, columns, references: to, referencedColumns } as const;
  return { ...key, match: match === "full" ? "full" : "simple", ...(period === true ? { period } : {}) };
}
