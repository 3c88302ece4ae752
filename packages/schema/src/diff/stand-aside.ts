import { bareType } from "./kinds/change-type.js";
import { isHandedUp } from "./kinds/columns.js";
import type { Sides } from "./kinds/kind-rules.js";
import { successorOfSerial } from "./kinds/sequence-positions.js";
import type { Change, Changes } from "./object-change.js";

/**
 * A type stands aside with what is made of it; a column that comes from its parent from now on, with its values; a serial
 * column's sequence, until the identity has its position.
 */
export function standAside(changes: Changes, sides: Sides): void {
  const types: Change[] = [];
  const add = (change: Change | undefined) => {
    if (change?.before?.kind !== "types" && change?.before?.kind !== "collations") return;
    if (change.fate !== "replace" || change.aside) return;
    change.aside = true;
    types.push(change);
  };
  for (const change of changes.values()) {
    const { before, after, fate, retypedBy } = change;
    for (const key of retypedBy) add(changes.get(key));
    if (fate === "drop" && before?.kind === "sequences")
      change.aside = successorOfSerial(before.entry, sides) !== undefined;
    if (fate !== "replace" || before === undefined || after === undefined) continue;
    if (before.kind === "tables") {
      change.aside = true;
      for (const { type, collation } of sides.before.columnsOf(before.name)) {
        add(changes.get(`types ${bareType(type)}`));
        add(changes.get(`collations ${collation}`));
      }
    }
    if (before.kind === "columns" && after.kind === "columns")
      change.aside = isHandedUp(before.entry, after.entry, sides);
  }
  for (let next = types.pop(); next !== undefined; next = types.pop())
    for (const key of sides.before.needsOf(next.key)) add(changes.get(key));
}
