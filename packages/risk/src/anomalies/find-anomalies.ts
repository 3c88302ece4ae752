import type { Queryable } from "@confiture/model";
import { type AskOptions, openBoundedQueries } from "../ask/bounded-queries.js";
import { timeBudget } from "../ask/time-budget.js";
import { readDependents } from "../facts/read-dependents.js";
import { readRelationFacts } from "../facts/read-relation-facts.js";
import { resolveRelations } from "../facts/resolve-relations.js";
import { searchAnomalies } from "./search-anomalies.js";
import type { AnomaliesFound } from "./search-scope.js";

export interface FindAnomaliesOptions extends AskOptions {
  readonly relations: readonly string[];
  /** Milliseconds for everything that looks at rows (orphans, sequences behind their columns). Default 10 000. */
  readonly scanBudgetMs?: number;
}

/**
 * Looks for what is wrong with relations before anything is changed: orphaned rows, sequences that run out, lag behind
 * or have gaps, invalid indexes, constraints never proved, disabled triggers, bloat, old statistics, wraparound.
 * PostgreSQL 13–18, any role; what it may not see or has no time for stands in `notInspected`. `readRiskFacts` does it too.
 *
 * @throws TypeError when a transaction is open and `insideTransaction` does not say so.
 */
export async function findAnomalies(queryable: Queryable, options: FindAnomaliesOptions): Promise<AnomaliesFound> {
  const queries = await openBoundedQueries(queryable, options);
  const found = await resolveRelations(queries, options.relations);
  if (found.kind !== "resolved") {
    return {
      anomalies: [],
      notInspected: [`the relations: ${found.kind === "refused" ? found.because : "no answer"}`],
    };
  }
  const { relations } = await readRelationFacts(queries, found.resolved);
  const { foreignKeys, notInspected } = await readDependents(queries, found.resolved);
  const budget = timeBudget(options.scanBudgetMs ?? 10_000, options.timeoutMs ?? 1_000);
  const searched = await searchAnomalies(queries, { resolved: found.resolved, relations, foreignKeys, budget });
  return {
    anomalies: searched.anomalies,
    notInspected: [
      ...found.resolved.missing.map((relation) => `${relation}: the server has none of that name`),
      ...(foreignKeys === null ? notInspected : []),
      ...searched.notInspected,
    ],
  };
}
