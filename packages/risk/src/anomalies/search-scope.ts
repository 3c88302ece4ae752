import type { Anomaly } from "@confiture/model";
import type { TimeBudget } from "../ask/time-budget.js";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { ResolvedRelations } from "../facts/resolve-relations.js";
import type { ForeignKeyFacts } from "../facts/risk-facts.js";

export interface AnomaliesFound {
  readonly anomalies: readonly Anomaly[];
  readonly notInspected: readonly string[];
}

/** What was found, and whether that is all there is. */
export interface AnomaliesSearched extends AnomaliesFound {
  /** False: something that may be wrong could not be looked at. Keys the server once proved are not among that. */
  readonly complete: boolean;
}

export interface SearchScope {
  readonly resolved: ResolvedRelations;
  readonly relations: readonly RelationFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[] | null;
  /** For what has to look at rows. */
  readonly budget: TimeBudget;
}
