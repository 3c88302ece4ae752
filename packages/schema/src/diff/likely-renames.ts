import type { Catalog, CatalogColumn } from "@confiture/model";
import { columnsByTable } from "./column-order.js";
import { groupBy } from "./group-by.js";

/** A table or column that goes, beside exactly one just like it that comes. */
export interface LikelyRename {
  readonly kind: "table" | "column";
  readonly from: string;
  readonly to: string;
}

export function findLikelyRenames(before: Catalog, after: Catalog): readonly LikelyRename[] {
  return [...renamedTables(before, after), ...renamedColumns(before, after)];
}

/** With the same columns in one schema. Several that go may each be the one that comes. */
function renamedTables(before: Catalog, after: Catalog): readonly LikelyRename[] {
  const [gone, come] = [missing(before.tables, after.tables), missing(after.tables, before.tables)];
  const [was, is] = [shapesOf(before), shapesOf(after)];
  const byShape = groupBy(come, ({ name, schema }) => `${schema}\0${is(name)}`);
  return gone.flatMap(({ name, schema }) => {
    const alike = was(name) === "" ? [] : (byShape.get(`${schema}\0${was(name)}`) ?? []);
    return alike.length === 1 ? [{ kind: "table", from: name, to: alike[0]!.name }] : [];
  });
}

/** Names and types of a table's columns, in order. */
function shapesOf(catalog: Catalog): (table: string) => string {
  const columns = columnsByTable(catalog);
  const types = new Map(catalog.columns.map(({ name, type }) => [name, type]));
  return (table) =>
    (columns.get(table) ?? []).map((column) => `${column} ${types.get(`${table}.${column}`)}`).join("\0");
}

/** Of one table, with the same type: exactly one that goes and one that comes. */
function renamedColumns(before: Catalog, after: Catalog): readonly LikelyRename[] {
  const place = ({ table, type }: CatalogColumn) => `${table}\0${type}`;
  const tables = new Set(before.tables.map(({ name }) => name));
  const gone = groupBy(missing(before.columns, after.columns), place);
  const come = groupBy(
    missing(after.columns, before.columns).filter(({ table }) => tables.has(table)),
    place,
  );
  return [...gone].flatMap(([where, [from, ...others]]) => {
    const [to, ...more] = come.get(where) ?? [];
    if (from === undefined || to === undefined || others.length + more.length > 0) return [];
    return [{ kind: "column", from: from.name, to: to.name }];
  });
}

function missing<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  elsewhere: readonly Entry[],
): readonly Entry[] {
  const names = new Set(elsewhere.map(({ name }) => name));
  return entries.filter(({ name }) => !names.has(name));
}
