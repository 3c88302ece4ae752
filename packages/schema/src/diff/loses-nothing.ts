import type { DiffEntry } from "./catalog-index.js";
import type { Sides } from "./kinds/kind-rules.js";
import type { Changes } from "./object-change.js";

/** Whether all that an object held is elsewhere when it is dropped, or can be computed again. */
export function losesNothing(before: DiffEntry, changes: Changes, sides: Sides): boolean {
  if (before.kind === "materializedViews") return true;
  if (before.kind === "columns") return changes.get(before.key)?.aside === true && isCarried(before.name, sides);
  if (before.kind !== "tables") return false;
  const copied = copiedTable(before.name, changes, sides);
  return (
    copied !== undefined &&
    sides.before.columnsOf(copied).every(({ name, generated }) => generated !== undefined || isCarried(name, sides))
  );
}

/** The table from which its rows are copied: its own, or that of which it is a partition. */
function copiedTable(table: string, changes: Changes, { before }: Sides): string | undefined {
  for (let name: string | undefined = table; name !== undefined; name = before.tableOf(name)?.entry.partition?.of)
    if (changes.get(`tables ${name}`)?.aside === true) return name;
  return undefined;
}

/** To a column of the same type: on the way to another, values may lose something. */
function isCarried(column: string, { before, after }: Sides): boolean {
  const is = after.find("columns", column);
  return is !== undefined && is.generated === undefined && is.type === before.find("columns", column)?.type;
}
