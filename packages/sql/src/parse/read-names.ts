import type { QualifiedName } from "@confiture/model";
import { isFields, listOf, stringNode, stringOf, type TreeValue } from "./parse-tree.js";

/** The name in the fields of a `RangeVar`; a catalog in front of the schema is dropped, as it must be our database. */
export function relationName(rangeVar: TreeValue | undefined): QualifiedName | undefined {
  if (!isFields(rangeVar)) return undefined;
  const name = stringOf(rangeVar.relname);
  if (name === undefined) return undefined;
  const schema = stringOf(rangeVar.schemaname);
  return schema === undefined ? { name } : { schema, name };
}

/** The name in a list of `String` nodes, the way types, functions and dropped objects are written. */
export function nameFromParts(parts: readonly TreeValue[]): QualifiedName | undefined {
  const words = parts.map(stringNode);
  const name = words.at(-1);
  if (name === undefined) return undefined;
  const schema = words.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

/** The name of an object in a list of names: `List` of parts, or a single `String`. */
export function nameFromObject(object: TreeValue | undefined): QualifiedName | undefined {
  const alone = stringNode(object);
  if (alone !== undefined) return { name: alone };
  const list = isFields(object) && isFields(object.List) ? listOf(object.List.items) : listOf(object);
  return nameFromParts(list);
}
