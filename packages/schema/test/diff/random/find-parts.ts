import { quoteIdentifier } from "@confiture/sql";
import type { ColumnPart, ColumnType, KeyPart, PlacedPart, SchemaModel, TablePart, ViewPart } from "./schema-model.js";

export function placed(model: SchemaModel, { schema, name }: Pick<PlacedPart, "schema" | "name">): string {
  const home = model.schemas.find(({ id }) => id === schema);
  return `${quoteIdentifier(home?.name ?? "public")}.${quoteIdentifier(name)}`;
}

export function tableOf(model: SchemaModel, id: number | undefined): TablePart | undefined {
  return model.tables.find((table) => table.id === id);
}

/** Its own columns behind those it inherits. */
export function allColumns(model: SchemaModel, table: TablePart): readonly ColumnPart[] {
  const parent = tableOf(model, table.parent);
  return [...(parent === undefined ? [] : allColumns(model, parent)), ...table.columns];
}

export function columnOf(model: SchemaModel, table: TablePart, id: number): ColumnPart | undefined {
  return allColumns(model, table).find((column) => column.id === id);
}

export function columnName(model: SchemaModel, table: TablePart, id: number): string {
  return quoteIdentifier(columnOf(model, table, id)?.name ?? `missing ${id}`);
}

export function keysOf(table: TablePart): readonly KeyPart[] {
  return [...(table.primaryKey === undefined ? [] : [table.primaryKey]), ...table.uniques];
}

/** The table at the bottom of a view. */
export function baseOf(model: SchemaModel, view: ViewPart): TablePart | undefined {
  const below = model.views.find(({ id }) => id === view.from);
  return below === undefined ? tableOf(model, view.from) : baseOf(model, below);
}

export function typeName(model: SchemaModel, { builtIn, type, array }: ColumnType): string {
  const own = model.types.find(({ id }) => id === type);
  return `${own === undefined ? builtIn : placed(model, own)}${array ? "[]" : ""}`;
}
