import type { RelationFacts } from "./relation-facts.js";
import type { RiskFacts } from "./risk-facts.js";

/** Facts by the name they were asked for; empty without facts. */
export type RelationIndex = ReadonlyMap<string, RelationFacts>;

export function indexRelations(facts: RiskFacts | undefined): RelationIndex {
  return new Map((facts?.relations ?? []).map((known) => [known.relation, known]));
}
