import type { Operation, OperationKind, RowChange } from "@confiture/model";

/** What kinds of statements do to the rows of their target where the effect says nothing of it. */
const usual: Readonly<Partial<Record<OperationKind, RowChange["what"]>>> = {
  insert: "insert",
  copy_from: "insert",
  update: "update",
  merge: "update",
  delete: "delete",
};

/** Which rows an operation writes one by one; at worst any of its target. */
export function rowChangesOf({ kind, on, effect }: Operation): readonly RowChange[] {
  if (effect.rowChanges !== undefined) return effect.rowChanges;
  const what = usual[kind];
  return what === undefined || on === undefined ? [] : [{ relation: on.name, what, rows: "any" }];
}

/** Relations of which it may change all rows that were there: who changes the same ones waits to the end. */
export function relationsWithHeldRows(operation: Operation): readonly string[] {
  const held = rowChangesOf(operation).filter(({ what, rows }) => what !== "insert" && rows === "any");
  return [...new Set(held.map(({ relation }) => relation))];
}
