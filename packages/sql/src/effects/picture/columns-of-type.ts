import type { Picture } from "./picture.js";
import { type Column, hasStorage, isPartitioned, type Relation, relationName } from "./relation.js";

export interface ColumnPlaceOf {
  readonly relation: Relation;
  readonly column: Column;
}

/** True for the type, an array of it, or it with a modifier. */
export function isOfType(type: string, name: string): boolean {
  return type === name || type.startsWith(`${name}[`) || type.startsWith(`${name}(`);
}

/** Columns whose values hold values of a type: as what they are, in arrays, domains, ranges, composite types and rows. */
export function columnsHolding(name: string, picture: Picture): readonly ColumnPlaceOf[] {
  const names = new Set([name]);
  const isIn = (type: string | undefined) => type !== undefined && [...names].some((one) => isOfType(type, one));
  // Grows while it is gone through.
  for (const _ of names) {
    for (const [other, { baseType, subtype, attributes }] of picture.types)
      if (isIn(baseType) || isIn(subtype) || [...(attributes?.values() ?? [])].some(isIn)) names.add(other);
    for (const relation of picture.relations.values())
      if ([...relation.columns.values()].some(({ type }) => isIn(type))) names.add(relationName(relation));
  }
  return [...picture.relations.values()]
    .filter((relation) => hasStorage(relation) || isPartitioned(relation))
    .flatMap((relation) => [...relation.columns.values()].map((column) => ({ relation, column })))
    .filter(({ column }) => isIn(column.type));
}
