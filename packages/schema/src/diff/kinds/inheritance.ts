import type { CatalogIndex } from "../catalog-index.js";
import type { Sides } from "./kind-rules.js";

/** The tables a table is a partition of, or inherits from. */
export function parentsOf(table: string, index: CatalogIndex): readonly string[] {
  const entry = index.tableOf(table)?.entry;
  if (entry === undefined) return [];
  return entry.partition === undefined ? entry.inherits : [entry.partition.of];
}

/** Whether all its parents on the one side are its parents on the other: what is done to them comes down to it. */
export function isAttached(table: string, sides: Sides): boolean {
  const parents = parentsOf(table, sides.after);
  const were = parentsOf(table, sides.before);
  return (
    parents.length > 0 &&
    parents.every((parent) => were.includes(parent) && !isMadeAnew(parent, sides)) &&
    !isMadeAnew(table, sides) &&
    boundOf(table, sides.before) === boundOf(table, sides.after)
  );
}

/** Whether what it has from its parents comes by itself: by INHERITS when it is made, from parents it has already later. */
export function isInheritedFromKept(
  part: { readonly table?: string; readonly inheritance?: "inherited" | "merged" },
  sides: Sides,
): boolean {
  return part.inheritance === "inherited" && part.table !== undefined && isAttached(part.table, sides);
}

function boundOf(table: string, index: CatalogIndex): string | undefined {
  return index.tableOf(table)?.entry.partition?.bound;
}

/** A table that the one side has as partitioned by one key and the other by another is another table. */
export function isMadeAnew(table: string, { before, after, madeAnew }: Sides): boolean {
  if (madeAnew?.has(table) === true) return true;
  const [was, is] = [before.find("tables", table), after.find("tables", table)];
  if (was?.partitionKey !== is?.partitionKey) return true;
  if (is?.partitionKey === undefined) return false;
  // The columns of the key keep their types.
  return after.columnsOf(table).some((column) => {
    const had = before.find("columns", column.name);
    return isInPartitionKey(column, after) && had !== undefined && had.type !== column.type;
  });
}

export function isInPartitionKey(
  { table, column }: { readonly table: string; readonly column: string },
  index: CatalogIndex,
): boolean {
  const key = index.find("tables", table)?.partitionKey;
  return key?.match(/"(?:[^"]|"")+"|[^\s(),"]+/g)?.includes(column) === true;
}
