import type { Reference, Relation } from "./relation.js";

/** The partitioned tables a partition is in, nearest first. */
export function ancestorsOf(relation: Relation): readonly Relation[] {
  const found: Relation[] = [];
  for (let above = relation.partition?.of; above !== undefined; above = above.partition?.of) found.push(above);
  return found;
}

/** Foreign keys that refer to a table or to one it is a partition of: they hold for each partition. */
export function referencesAbove(relation: Relation): readonly Reference[] {
  return [relation, ...ancestorsOf(relation)].flatMap(({ referencedBy }) => [...referencedBy]);
}
