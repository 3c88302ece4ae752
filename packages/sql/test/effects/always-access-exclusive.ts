import type { Catalog, Effect, Statement } from "@confiture/model";
import type { EffectPredictor } from "@confiture/sql";
import { effectSaying } from "./effect-saying.js";

/** What a tool says that knows nothing: ACCESS EXCLUSIVE on whatever the statement names. The least a prediction must beat. */
export const alwaysAccessExclusive: EffectPredictor = async (statements, basis = {}) => {
  return statements.map((statement) => {
    const relations = namedRelations(statement, basis.catalog);
    return { statement, operations: [], effect: effectOn(relations) };
  });
};

function namedRelations({ text }: Statement, catalog: Catalog | undefined): readonly string[] {
  const words = new Set(text.match(/"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  if (catalog === undefined) return [];
  const relations = [...catalog.tables, ...catalog.views, ...catalog.materializedViews, ...catalog.sequences];
  return relations.filter(({ name, schema }) => words.has(name.slice(schema.length + 1))).map(({ name }) => name);
}

function effectOn(relations: readonly string[]): Effect {
  return effectSaying({
    locks: relations.map((relation) => ({ relation, mode: "AccessExclusiveLock" })),
    certainty: "assumed",
    assumptions: ["Every statement locks what it names, and nothing else."],
  });
}
