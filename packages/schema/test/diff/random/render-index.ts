import { quoteIdentifier } from "@confiture/sql";
import { condition, expression } from "./column-types.js";
import { columnName, columnOf, placed } from "./find-parts.js";
import { commentOn } from "./render-notes.js";
import type { IndexPart, SchemaModel, TablePart } from "./schema-model.js";

export function renderIndex(
  model: SchemaModel,
  table: Pick<TablePart, "schema" | "name"> & TablePart,
  index: IndexPart,
): readonly string[] {
  const columns = index.columns.map((part) => {
    const column = columnOf(model, table, part.column)!;
    const of = part.expression ? expression(model, column.type, quoteIdentifier(column.name), 0) : undefined;
    return `${of === undefined ? quoteIdentifier(column.name) : `(${of})`}${part.descending ? " desc" : ""}`;
  });
  return [...indexStatements(model, table, index, columns)];
}

export function indexStatements(
  model: SchemaModel,
  table: TablePart,
  index: IndexPart,
  columns: readonly string[],
): readonly string[] {
  const include = index.include.map((id) => columnName(model, table, id));
  const partial = index.where === undefined ? undefined : columnOf(model, table, index.where);
  const name = placed(model, { schema: table.schema, name: index.name });
  return [
    [
      `create ${index.unique ? "unique " : ""}index ${quoteIdentifier(index.name)} on ${placed(model, table)} using ${index.method} (${columns.join(", ")})`,
      include.length === 0 ? "" : ` include (${include.join(", ")})`,
      index.fillfactor === undefined ? "" : ` with (fillfactor = ${index.fillfactor})`,
      partial === undefined ? "" : ` where ${condition(model, partial.type, quoteIdentifier(partial.name), 1)}`,
    ].join(""),
    ...(index.clustered ? [`alter table ${placed(model, table)} cluster on ${quoteIdentifier(index.name)}`] : []),
    ...commentOn(`index ${name}`, index.comment),
  ];
}
