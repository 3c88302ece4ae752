import type { RiskFacts } from "../facts/risk-facts.js";

/** Something that hangs on a relation. */
export interface Dependent {
  readonly kind: "foreign key" | "trigger" | "view" | "function";
  readonly name: string;
  readonly relation: string;
}

/** What hangs on the relations, each object once; null when it is not known. */
export function gatherDependents(
  facts: RiskFacts | undefined,
  relations: readonly string[],
): readonly Dependent[] | null {
  if (relations.length === 0) return [];
  if (facts === undefined) return null;
  const { foreignKeys, triggers, views, functions } = facts;
  if (foreignKeys === null || triggers === null || views === null || functions === null) return null;
  const asked = new Set(relations);
  const all: readonly Dependent[] = [
    ...foreignKeys
      .filter(({ from, to }) => asked.has(from) || asked.has(to))
      .map(({ constraint, from }) => ({
        kind: "foreign key" as const,
        name: `${constraint} of ${from}`,
        relation: from,
      })),
    ...triggers
      .filter(({ relation }) => asked.has(relation))
      .map(({ trigger, relation }) => ({ kind: "trigger" as const, name: `${trigger} of ${relation}`, relation })),
    ...views.filter(({ relation }) => asked.has(relation)).map((view) => ({ kind: "view" as const, ...view })),
    ...functions.filter(({ relation }) => asked.has(relation)).map((one) => ({ kind: "function" as const, ...one })),
  ];
  return [...new Map(all.map((dependent) => [`${dependent.kind} ${dependent.name}`, dependent])).values()];
}
