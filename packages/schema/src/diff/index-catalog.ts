import type { Catalog, CatalogColumn, CatalogObject } from "@confiture/model";
import { kindOrder } from "../canonical/kind-words.js";
import { type CatalogIndex, type DiffEntry, keyOf, type ObjectKey } from "./catalog-index.js";
import type { DiffKind, DiffKinds } from "./diff-kinds.js";
import { addToGroup, groupBy } from "./group-by.js";
import { bareType } from "./kinds/change-type.js";
import { parentsOf } from "./kinds/inheritance.js";
import { cutLastPart } from "./name-parts.js";
import { resolveAnnotated } from "./resolve-annotated.js";

export function indexCatalog(catalog: Catalog): CatalogIndex {
  const entries = new Map<ObjectKey, DiffEntry>();
  const add = (kind: DiffKind, entry: CatalogObject) => {
    const key = keyOf({ kind, name: entry.name });
    entries.set(key, { key, kind, name: entry.name, entry } as DiffEntry);
  };
  for (const kind of kindOrder) for (const entry of catalog[kind] as readonly CatalogObject[]) add(kind, entry);
  const children = new Map<string, string[]>();
  for (const { name, partition, inherits } of [...catalog.tables, ...catalog.foreignTables]) {
    for (const parent of partition === undefined ? inherits : [partition.of]) addToGroup(children, parent, name);
    if (partition !== undefined)
      add("partitions", { name: `${name} of ${partition.of}`, table: name, ...partition } as CatalogObject);
  }
  for (const { name, ownedBy } of catalog.sequences)
    if (ownedBy !== undefined) add("ownerships", { name, sequence: name, column: ownedBy } as CatalogObject);
  let byType: ReadonlyMap<string, readonly CatalogColumn[]> | undefined;
  const columns = groupBy(catalog.columns, ({ table }) => table);
  const constraints = groupBy(catalog.constraints, ({ table, domain }) => table ?? domain ?? "");
  const indexes = groupBy(catalog.indexes, ({ table }) => table);
  const [needs, dependents] = [new Map<ObjectKey, ObjectKey[]>(), new Map<ObjectKey, ObjectKey[]>()];
  const index: CatalogIndex = {
    catalog,
    entries,
    find: (kind, name) => entries.get(keyOf({ kind, name }))?.entry as DiffKinds[typeof kind] | undefined,
    tableOf: (name) =>
      (entries.get(`tables ${name}`) ?? entries.get(`foreignTables ${name}`)) as ReturnType<CatalogIndex["tableOf"]>,
    columnsOf: (table) => columns.get(table) ?? [],
    columnsOfType(type) {
      byType ??= groupBy(catalog.columns, (column) => bareType(column.type));
      return byType.get(type) ?? [];
    },
    constraintsOf: (table) => constraints.get(table) ?? [],
    indexesOf: (table) => indexes.get(table) ?? [],
    childrenOf: (table) => children.get(table) ?? [],
    needsOf: (key) => needs.get(key) ?? [],
    dependentsOf: (key) => dependents.get(key) ?? [],
  };
  for (const [from, to] of dependenciesOf(index)) {
    addToGroup(needs, from, to);
    addToGroup(dependents, to, from);
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
    // Both have to have the same owner.
    const table = index.tableOf(cutLastPart(ownedBy)[0]);
    if (table !== undefined) yield [`ownerships ${name}`, table.key];
  }
  for (const kind of ["comments", "securityLabels"] as const) {
    for (const { name, on } of catalog[kind]) {
      const object = resolveAnnotated(on, index);
      if (object !== undefined) yield [`${kind} ${name}`, keyOf(object)];
    }
  }
  for (const column of catalog.columns) {
    const table = index.tableOf(column.table);
    if (table === undefined) continue;
    yield [`columns ${column.name}`, table.key];
    if (column.inheritance === undefined) continue;
    for (const parent of parentsOf(column.table, index))
      if (index.find("columns", `${parent}.${column.column}`) !== undefined)
        yield [`columns ${column.name}`, `columns ${parent}.${column.column}`];
  }
  for (const { key, kind, entry } of index.entries.values()) {
    if (kind !== "partitions") continue;
    yield [key, index.tableOf(entry.table)?.key ?? `tables ${entry.table}`];
    yield [key, `tables ${entry.of}`];
    for (const name of [entry.table, entry.of]) {
      for (const { name: part } of index.columnsOf(name)) yield [key, `columns ${part}`];
      for (const { name: part, kind } of index.constraintsOf(name))
        if (kind !== "foreign key" || name === entry.table) yield [key, `constraints ${part}`];
      for (const { name: part } of index.indexesOf(name)) yield [key, `indexes ${part}`];
    }
  }
}
