import type { Catalog, CatalogConstraint, CatalogIndex } from "@confiture/model";
import { groupBy } from "../diff/group-by.js";
import { cutLastPart } from "../diff/name-parts.js";
import type { Rename } from "./rename.js";

/**
 * What was named after a table or a column keeps its name when that is renamed: `bills_pkey` of `invoices`. Constraints,
 * indexes and sequences of what was renamed that `after` has in all but the name get that name too, which costs nothing
 * where making them again would read every row.
 *
 * @param base what is there behind the renames
 */
export function followRenames(base: Catalog, after: Catalog, renamed: readonly Rename[]): readonly Rename[] {
  const tables = tablesOf(renamed);
  const taken = relationsOf(base);
  return [
    ...pairs(base.constraints, after.constraints, (one) => (isOwn(one) ? constraintShape(one) : undefined), tables)
      .filter(({ to }) => to.kind === "foreign key" || to.index === undefined || !taken.has(to.index))
      .map(({ from, to }) => ({ kind: "constraint", from: from.name, to: to.name }) as const),
    ...pairs(base.indexes, after.indexes, indexShape, tables)
      .filter(({ to }) => !taken.has(to.name))
      .map(({ from, to }) => ({ kind: "index", from: from.name, to: to.name }) as const),
    ...pairs(owned(base), owned(after), ({ ownedBy }) => ownedBy, tables)
      .filter(({ to }) => !taken.has(to.name))
      .map(({ from, to }) => ({ kind: "sequence", from: from.name, to: to.name }) as const),
  ];
}

/** Tables that have another name now, or of which a column has. */
function tablesOf(renamed: readonly Rename[]): ReadonlySet<string> {
  let tables: readonly string[] = [];
  for (const { kind, from, to } of renamed) {
    if (kind === "table") tables = [...tables.filter((table) => table !== from), to];
    else if (kind === "column") tables = [...tables, cutLastPart(to)[0]];
    else if (kind === "schema")
      tables = tables.map((table) => (table.startsWith(`${from}.`) ? to + table.slice(from.length) : table));
  }
  return new Set(tables);
}

/** Names that only one of them can have. */
function relationsOf(catalog: Catalog): ReadonlySet<string> {
  const { tables, foreignTables, views, materializedViews, sequences, indexes } = catalog;
  const lists = [tables, foreignTables, views, materializedViews, sequences, indexes];
  return new Set(lists.flatMap((entries) => entries.map(({ name }) => name)));
}

/** Copies of a parent's get their names with the parent's; a NOT NULL is renamed where the difference says so. */
function isOwn({ inheritance, parent, kind }: CatalogConstraint): boolean {
  return inheritance === undefined && parent === undefined && kind !== "not null";
}

function constraintShape({ kind, definition }: CatalogConstraint): string {
  return `${kind} ${definition}`;
}

/** Undefined for an index that is made with a constraint, or belongs to that of a partitioned table. */
function indexShape({ name, definition, constraint, parent }: CatalogIndex): string | undefined {
  if (constraint !== undefined || parent !== undefined) return undefined;
  return definition.replace(`INDEX ${cutLastPart(name)[1]} ON`, () => "INDEX ON");
}

function owned({ sequences }: Catalog) {
  return sequences.flatMap((sequence) =>
    sequence.ownedBy === undefined ? [] : [{ ...sequence, table: cutLastPart(sequence.ownedBy)[0] }],
  );
}

interface Part {
  readonly name: string;
  readonly table?: string;
}

/** Of each shape the one that would go, and the one that would come. Where there are several, nobody knows which is which. */
function pairs<Entry extends Part>(
  base: readonly Entry[],
  after: readonly Entry[],
  shapeOf: (entry: Entry) => string | undefined,
  tables: ReadonlySet<string>,
): readonly { readonly from: Entry; readonly to: Entry }[] {
  const [goes, comes] = [
    [base, after],
    [after, base],
  ].map(([these, those]) => {
    const others = new Set(those?.map(({ name }) => name));
    const alone = these?.filter((entry) => tables.has(entry.table ?? "") && !others.has(entry.name)) ?? [];
    const shaped = alone.filter((entry) => shapeOf(entry) !== undefined);
    return groupBy(shaped, (entry) => `${entry.table} ${shapeOf(entry)}`);
  });
  return [...(goes ?? [])].flatMap(([shape, [from, ...others]]) => {
    const [to, ...more] = comes?.get(shape) ?? [];
    return from === undefined || to === undefined || others.length + more.length > 0 ? [] : [{ from, to }];
  });
}
