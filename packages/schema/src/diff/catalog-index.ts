import type { Catalog, CatalogKinds, CatalogObject, CatalogReference } from "@confiture/model";
import { kindOrder } from "../canonical/kind-words.js";

/** The key of one entry among all of a catalog. */
export type ObjectKey = string;

export function keyOf({ kind, name }: CatalogReference): ObjectKey {
  return `${kind} ${name}`;
}

/** One entry with the list it stands in. */
export type CatalogEntry<Kind extends keyof CatalogKinds = keyof CatalogKinds> = {
  readonly [K in Kind]: { readonly kind: K; readonly name: string; readonly entry: CatalogKinds[K] };
}[Kind];

/** A catalog with ways to look things up. */
export interface CatalogIndex {
  readonly catalog: Catalog;
  readonly entries: ReadonlyMap<ObjectKey, CatalogEntry>;
  find<Kind extends keyof CatalogKinds>(kind: Kind, name: string): CatalogKinds[Kind] | undefined;
  /** In the order of the table. */
  columnsOf(table: string): readonly CatalogKinds["columns"][];
  constraintsOf(table: string): readonly CatalogKinds["constraints"][];
  indexesOf(table: string): readonly CatalogKinds["indexes"][];
  /** What the object needs, and what needs it. */
  needsOf(key: ObjectKey): readonly ObjectKey[];
  dependentsOf(key: ObjectKey): readonly ObjectKey[];
}

export function indexCatalog(catalog: Catalog): CatalogIndex {
  const entries = new Map<ObjectKey, CatalogEntry>();
  for (const kind of kindOrder) {
    for (const entry of catalog[kind] as readonly CatalogObject[])
      entries.set(keyOf({ kind, name: entry.name }), { kind, name: entry.name, entry } as CatalogEntry);
  }
  const [needs, needing] = [new Map<ObjectKey, ObjectKey[]>(), new Map<ObjectKey, ObjectKey[]>()];
  for (const dependency of catalog.dependencies) {
    const [from, to] = [keyOf(dependency.object), keyOf(dependency.needs)];
    push(needs, from, to);
    push(needing, to, from);
  }
  const columns = groupBy(catalog.columns, ({ table }) => table);
  const constraints = groupBy(catalog.constraints, ({ table, domain }) => table ?? domain ?? "");
  const indexes = groupBy(catalog.indexes, ({ table }) => table);
  return {
    catalog,
    entries,
    find: (kind, name) => entries.get(keyOf({ kind, name }))?.entry as CatalogKinds[typeof kind] | undefined,
    columnsOf: (table) => columns.get(table) ?? [],
    constraintsOf: (table) => constraints.get(table) ?? [],
    indexesOf: (table) => indexes.get(table) ?? [],
    needsOf: (key) => needs.get(key) ?? [],
    dependentsOf: (key) => needing.get(key) ?? [],
  };
}

function groupBy<Value>(values: readonly Value[], key: (value: Value) => string): ReadonlyMap<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) push(groups, key(value), value);
  return groups;
}

function push<Value>(groups: Map<string, Value[]>, key: string, value: Value): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
