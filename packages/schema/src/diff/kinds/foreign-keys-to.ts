import { type CatalogIndex, keyOf, type ObjectKey } from "../catalog-index.js";
import { groupBy } from "../group-by.js";

/** Foreign keys that somebody wrote (no copies of partitions) to a table or to one it is a partition of. */
export function foreignKeysTo(table: string, index: CatalogIndex): readonly ObjectKey[] {
  const all = known.get(index) ?? groupKeys(index);
  known.set(index, all);
  const partition = index.find("tables", table)?.partition;
  return [...(all.get(table) ?? []), ...(partition === undefined ? [] : foreignKeysTo(partition.of, index))];
}

const known = new WeakMap<CatalogIndex, ReadonlyMap<string, readonly ObjectKey[]>>();

function groupKeys({ catalog }: CatalogIndex): ReadonlyMap<string, readonly ObjectKey[]> {
  const keys = catalog.constraints.filter(({ kind, parent }) => kind === "foreign key" && parent === undefined);
  const groups = groupBy(keys, ({ references }) => references ?? "");
  return new Map([...groups].map(([table, of]) => [table, of.map(({ name }) => keyOf({ kind: "constraints", name }))]));
}
