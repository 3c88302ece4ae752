import type { Queryable } from "@confiture/model";
import { type AskOptions, openBoundedQueries } from "../ask/bounded-queries.js";
import { readActivity } from "./read-activity.js";
import { readDependents } from "./read-dependents.js";
import { readRelationFacts } from "./read-relation-facts.js";
import { resolveRelations } from "./resolve-relations.js";
import type { RiskFacts } from "./risk-facts.js";

export interface ReadRiskFactsOptions extends AskOptions {
  /** As the effects of the operations name them: `relationsOf(operations)`. */
  readonly relations: readonly string[];
}

/**
 * Reads what a server (PostgreSQL 13–18, any role) tells about relations: sizes, rows, indexes, what hangs on them, who uses
 * them now, and the settings that matter. A handful of catalog queries for all relations together, each bounded by
 * `timeoutMs` (default 1000) and in a read-only transaction. What could not be read stands in `notInspected`.
 *
 * @throws TypeError when a transaction is open and `insideTransaction` does not say so; errors of the connection are the
 * driver's own.
 */
export async function readRiskFacts(queryable: Queryable, options: ReadRiskFactsOptions): Promise<RiskFacts> {
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
  return {
    serverVersion: queries.serverVersion,
    relations,
    missing: resolved.missing,
    ...dependents,
    activity,
    anomalies: null,
    checks: [],
    settings,
    notInspected: [...sizes.notInspected, ...dependents.notInspected, ...others.notInspected],
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
    checks: [],
    settings: {},
    notInspected: [because],
  };
}
