import type { DataRequirement, Queryable } from "@confiture/model";
import { searchAnomalies } from "../anomalies/search-anomalies.js";
import { type AskOptions, openBoundedQueries } from "../ask/bounded-queries.js";
import { timeBudget } from "../ask/time-budget.js";
import { checkRequirements } from "../checks/check-data.js";
import { readActivity } from "./read-activity.js";
import { readDependents } from "./read-dependents.js";
import { readRelationFacts } from "./read-relation-facts.js";
import { resolveRelations } from "./resolve-relations.js";
import type { RiskFacts } from "./risk-facts.js";

export interface ReadRiskFactsOptions extends AskOptions {
  /** As the effects of the operations name them: `relationsOf(operations)`. */
  readonly relations: readonly string[];
  /** What existing rows must satisfy: the `requires` of the effects. Checked first of what looks at rows. */
  readonly requirements?: readonly DataRequirement[];
  /**
   * Milliseconds for everything that looks at rows; 0 looks at none. Default: what the catalogs leave of one second, 100 at
   * least. `checkData` and `findAnomalies` take more.
   */
  readonly scanBudgetMs?: number;
}

/** Enough for the small tables of most plans, and little enough that an assessment stays below two seconds. */
const usualTotalMs = 1_000;
const leastScanMs = 100;

/**
 * Reads what a server (PostgreSQL 13–18, any role) tells about relations: sizes, rows, indexes, what hangs on them, who uses
 * them now, the settings that matter, anomalies, and whether the rows that are there allow what is planned. A handful of
 * catalog queries for all relations together, each bounded by `timeoutMs` (default 1000) and in a read-only transaction;
 * queries over rows share `scanBudgetMs`. What could not be read stands in `notInspected`.
 *
 * @throws TypeError when a transaction is open and `insideTransaction` does not say so; errors of the connection are the
 * driver's own.
 */
export async function readRiskFacts(queryable: Queryable, options: ReadRiskFactsOptions): Promise<RiskFacts> {
  const begun = performance.now();
  const queries = await openBoundedQueries(queryable, options);
  const found = await resolveRelations(queries, options.relations);
  if (found.kind !== "resolved") {
    const because = found.kind === "refused" ? found.because : "no answer";
    return nothingRead(queries.serverVersion, `the relations: ${because}`);
  }
  const { resolved } = found;
  const { relations, ...sizes } = await readRelationFacts(queries, resolved);
  const dependents = await readDependents(queries, resolved);
  const { activity, settings, ...others } = await readActivity(queries, resolved);
  const budget = timeBudget(
    options.scanBudgetMs ?? Math.max(leastScanMs, begun + usualTotalMs - performance.now()),
    options.timeoutMs ?? 1_000,
  );
  const checks = await checkRequirements(queries, options.requirements ?? [], { budget, sampleSize: 10, keys: "ctid" });
  const { foreignKeys } = dependents;
  const searched = await searchAnomalies(queries, { resolved, relations, foreignKeys, budget });
  return {
    serverVersion: queries.serverVersion,
    relations,
    missing: resolved.missing,
    ...dependents,
    activity,
    anomalies: searched.anomalies,
    anomaliesComplete: searched.complete,
    checks,
    settings,
    notInspected: [...sizes.notInspected, ...dependents.notInspected, ...others.notInspected, ...searched.notInspected],
  };
}

function nothingRead(serverVersion: number, because: string): RiskFacts {
  return {
    serverVersion,
    relations: [],
    missing: [],
    foreignKeys: null,
    triggers: null,
    views: null,
    functions: null,
    activity: { connections: null, sessions: null, hidden: 0 },
    anomalies: null,
    anomaliesComplete: false,
    checks: [],
    settings: {},
    notInspected: [because],
  };
}
