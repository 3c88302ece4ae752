import type { Catalog, CatalogObject } from "@confiture/model";
import { kindOrder } from "../canonical/kind-words.js";
import { type CatalogIndex, type DiffEntry, keyOf, type ObjectKey } from "./catalog-index.js";
import type { DiffKind, DiffKinds } from "./diff-kinds.js";
import { resolveAnnotated } from "./resolve-annotated.js";

export function indexCatalog(catalog: Catalog): CatalogIndex {
  const entries = new Map<ObjectKey, DiffEntry>();
  const add = (kind: DiffKind, entry: CatalogObject) => {
    const key = keyOf({ kind, name: entry.name });
    entries.set(key, { key, kind, name: entry.name, entry: entry as DiffKinds[DiffKind] });
  };
  for (const kind of kindOrder) for (const entry of catalog[kind] as readonly CatalogObject[]) add(kind, entry);
  const children = new Map<string, string[]>();
  for (const { name, partition, inherits } of [...catalog.tables, ...catalog.foreignTables]) {
    for (const parent of partition === undefined ? inherits : [partition.of]) push(children, parent, name);
    if (partition !== undefined)
      add("partitions", { name: `${name} of ${partition.of}`, table: name, ...partition } as CatalogObject);
  }
  for (const { name, ownedBy } of catalog.sequences)
    if (ownedBy !== undefined) add("ownerships", { name, sequence: name, column: ownedBy } as CatalogObject);
  const columns = groupBy(catalog.columns, ({ table }) => table);
  const constraints = groupBy(catalog.constraints, ({ table, domain }) => table ?? domain ?? "");
  const indexes = groupBy(catalog.indexes, ({ table }) => table);
  const [needs, dependents] = [new Map<ObjectKey, ObjectKey[]>(), new Map<ObjectKey, ObjectKey[]>()];
  const index: CatalogIndex = {
    catalog,
    entries,
    find: (kind, name) => entries.get(keyOf({ kind, name }))?.entry as DiffKinds[typeof kind] | undefined,
    columnsOf: (table) => columns.get(table) ?? [],
    constraintsOf: (table) => constraints.get(table) ?? [],
    indexesOf: (table) => indexes.get(table) ?? [],
    childrenOf: (table) => children.get(table) ?? [],
    needsOf: (key) => needs.get(key) ?? [],
    dependentsOf: (key) => dependents.get(key) ?? [],
  };
  for (const [from, to] of dependenciesOf(index)) {
    push(needs, from, to);
    push(dependents, to, from);
  }
  return index;
}

/** The server's dependencies, with those of what was taken apart in their place. */
function* dependenciesOf(index: CatalogIndex): Iterable<readonly [ObjectKey, ObjectKey]> {
  const { catalog } = index;
  const memberships = new Set(
    [...catalog.tables, ...catalog.foreignTables].filter(({ partition }) => partition).map(({ name }) => name),
  );
  const owned = new Map(catalog.sequences.map(({ name, ownedBy }) => [name, ownedBy]));
  for (const { object, needs } of catalog.dependencies) {
    if (
      needs.kind === "tables" &&
      (object.kind === "tables" || object.kind === "foreignTables") &&
      memberships.has(object.name)
    )
      continue;
    if (
      object.kind === "sequences" &&
      owned.get(object.name) !== undefined &&
      (needs.kind === "columns" || needs.kind === "tables")
    )
      continue;
    yield [keyOf(object), keyOf(needs)];
  }
  for (const { name, table, parent } of catalog.triggers) {
    const of = index.find("tables", table)?.partition?.of;
    if (parent !== undefined && of !== undefined) yield [`triggers ${name}`, `partitions ${table} of ${of}`];
  }
  for (const { name, ownedBy } of catalog.sequences) {
    if (ownedBy === undefined) continue;
    yield [`ownerships ${name}`, `sequences ${name}`];
    yield [`ownerships ${name}`, `columns ${ownedBy}`];
  }
  for (const kind of ["comments", "securityLabels"] as const) {
    for (const { name, on } of catalog[kind]) {
      const object = resolveAnnotated(on, index);
      if (object !== undefined) yield [`${kind} ${name}`, keyOf(object)];
    }
  }
  for (const column of catalog.columns) {
    const kind = index.find("tables", column.table) === undefined ? "foreignTables" : "tables";
    yield [`columns ${column.name}`, `${kind} ${column.table}`];
    if (column.inheritance === undefined) continue;
    const table = index.find("tables", column.table) ?? index.find("foreignTables", column.table);
    for (const parent of table?.partition === undefined ? (table?.inherits ?? []) : [table.partition.of])
      if (index.find("columns", `${parent}.${column.column}`) !== undefined)
        yield [`columns ${column.name}`, `columns ${parent}.${column.column}`];
  }
  for (const table of [...catalog.tables, ...catalog.foreignTables]) {
    if (table.partition === undefined) continue;
    const membership = `partitions ${table.name} of ${table.partition.of}`;
    yield [membership, `${index.find("tables", table.name) === undefined ? "foreignTables" : "tables"} ${table.name}`];
    yield [membership, `tables ${table.partition.of}`];
    for (const name of [table.name, table.partition.of]) {
      for (const { name: part } of index.columnsOf(name)) yield [membership, `columns ${part}`];
      for (const { name: part, kind } of index.constraintsOf(name))
        if (kind !== "foreign key" || name === table.name) yield [membership, `constraints ${part}`];
      for (const { name: part } of index.indexesOf(name)) yield [membership, `indexes ${part}`];
    }
  }
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
