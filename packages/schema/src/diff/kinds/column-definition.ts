import type { CatalogColumn, CatalogIdentity } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { isRetyped } from "./change-type.js";
import { changedParameters } from "./changed-parameters.js";
import { columnOptionsClause } from "./foreign-columns.js";
import { parentsOf } from "./inheritance.js";
import { unusualSettings } from "./sequences.js";
import { usualStorage } from "./usual-storage.js";

/** A column as CREATE TABLE and ADD COLUMN take it. */
export function columnDefinition(column: CatalogColumn, index: CatalogIndex): string {
  return [
    `${column.column} ${column.type}${columnOptionsClause(column)}`,
    ...(column.collation === undefined ? [] : [`collate ${column.collation}`]),
    ...(column.default === undefined ? [] : [`default ${column.default}`]),
    ...(column.generated === undefined
      ? []
      : [`generated always as (${column.generated.expression}) ${column.generated.kind}`]),
    ...(column.identity === undefined ? [] : [identityClause(column, column.identity)]),
    ...(column.notNull && namedNotNull(column, index) === undefined ? ["not null"] : []),
  ].join(" ");
}

/** PostgreSQL 18: the constraint that says NOT NULL under a name somebody chose; it is made on its own. */
export function namedNotNull(column: CatalogColumn, index: CatalogIndex) {
  return index
    .constraintsOf(column.table)
    .find(({ kind, columns, implied }) => kind === "not null" && !implied && columns[0] === column.column);
}

/** The identity of a column, as its definition and `ALTER COLUMN … ADD` take it. */
export function identityClause(column: CatalogColumn, identity: CatalogIdentity): string {
  const settings = [
    ...(identity.sequence === usualSequence(column) ? [] : [`sequence name ${identity.sequence}`]),
    ...unusualSettings(identity),
  ];
  const behind = settings.length === 0 ? "" : ` (${settings.join(" ")})`;
  return `generated ${identity.generation} as identity${behind}`;
}

/** What the server calls the sequence when nothing needs quoting or shortening and nobody has the name. */
function usualSequence({ table, column }: CatalogColumn): string | undefined {
  const name = `${table}_${column}_seq`;
  return /^[a-z0-9_]+\.[a-z0-9_]+$/.test(name) && name.slice(name.indexOf(".") + 1).length <= 63 ? name : undefined;
}

/** What a column has beyond its definition, as subcommands of ALTER TABLE, from nothing or from what it had. */
export function columnSettings(
  before: CatalogColumn | undefined,
  after: CatalogColumn,
  index: CatalogIndex,
): readonly string[] {
  const alter = `alter column ${after.column}`;
  // A change of type sets the storage and the compression of the new type.
  const had = before !== undefined && isRetyped(before, after) ? forgetting(before) : before;
  const changed = (field: "storage" | "compression" | "statisticsTarget") => had?.[field] !== after[field];
  return [
    ...(changed("storage") ? [`${alter} set storage ${after.storage ?? usualStorage(after.type, index)}`] : []),
    ...(changed("compression") ? [`${alter} set compression ${after.compression ?? "default"}`] : []),
    ...(changed("statisticsTarget") ? [`${alter} set statistics ${after.statisticsTarget ?? -1}`] : []),
    ...changedParameters(before?.options ?? [], after.options).map((change) => `${alter} ${change}`),
  ];
}

/** What a change of its type took from a column that is to have it as it had. */
export function forgottenSettings(column: CatalogColumn, index: CatalogIndex): readonly string[] {
  return columnSettings(forgetting(column), column, index);
}

function forgetting({ storage, compression, ...kept }: CatalogColumn): CatalogColumn {
  return kept;
}

/** What a table that is made says of a column it has from elsewhere, as subcommands of ALTER TABLE. */
export function settingsOfInherited(entry: CatalogColumn, index: CatalogIndex): readonly string[] {
  const { table, column, default: value, notNull } = entry;
  const isOwn =
    notNull &&
    namedNotNull(entry, index) === undefined &&
    !parentsOf(table, index).some((parent) => index.find("columns", `${parent}.${column}`)?.notNull === true);
  return [
    ...(value === undefined ? [] : [`alter column ${column} set default ${value}`]),
    ...(isOwn ? [`alter column ${column} set not null`] : []),
  ];
}

/** What a column that comes with its parent's does not have from there, as subcommands of ALTER TABLE. */
export function differencesFromParent(entry: CatalogColumn, index: CatalogIndex): readonly string[] {
  const above = parentsOf(entry.table, index).flatMap(
    (parent) => index.find("columns", `${parent}.${entry.column}`) ?? [],
  );
  const alter = `alter column ${entry.column}`;
  const [own, from] = [entry.generated?.expression, above[0]?.generated?.expression];
  const isOwnNotNull =
    entry.notNull && namedNotNull(entry, index) === undefined && !above.some(({ notNull }) => notNull);
  return [
    ...(entry.default === above[0]?.default
      ? []
      : [`${alter} ${entry.default === undefined ? "drop default" : `set default ${entry.default}`}`]),
    // Before 17 no statement says so.
    ...(own === from || own === undefined || index.catalog.serverVersion < 170_000
      ? []
      : [`${alter} set expression as (${own})`]),
    ...(isOwnNotNull ? [`${alter} set not null`] : []),
  ];
}
