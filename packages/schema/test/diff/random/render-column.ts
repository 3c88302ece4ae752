import { quoteIdentifier } from "@confiture/sql";
import { expression, literal } from "./column-types.js";
import { columnOf, placed, typeName } from "./find-parts.js";
import type { ColumnPart, SchemaModel, TablePart } from "./schema-model.js";

export function columnDefinition(model: SchemaModel, table: TablePart, column: ColumnPart): string {
  const { identity, generated, notNull } = column;
  return [
    quoteIdentifier(column.name),
    typeName(model, column.type),
    ...(column.collation === undefined ? [] : [`collate ${column.collation}`]),
    ...(identity === undefined ? [] : [identityClause(identity)]),
    ...(generated === undefined ? [] : [generatedClause(model, table, generated)]),
    ...(column.default === undefined ? [] : [`default ${defaultText(model, column)}`]),
    ...(notNull ? ["not null"] : []),
  ].join(" ");
}

function identityClause({ always, start, increment }: NonNullable<ColumnPart["identity"]>): string {
  const settings = [
    ...(start === undefined ? [] : [`start with ${start}`]),
    ...(increment === undefined ? [] : [`increment by ${increment}`]),
  ];
  return `generated ${always ? "always" : "by default"} as identity${settings.length === 0 ? "" : ` (${settings.join(" ")})`}`;
}

function generatedClause(
  model: SchemaModel,
  table: TablePart,
  { from, n, virtual }: NonNullable<ColumnPart["generated"]>,
): string {
  const source = columnOf(model, table, from)!;
  const of = expression(model, source.type, quoteIdentifier(source.name), n)!;
  return `generated always as (${of}) ${virtual ? "virtual" : "stored"}`;
}

function defaultText(model: SchemaModel, column: ColumnPart): string {
  const value = column.default!;
  if (value.kind === "literal") return literal(model, column.type, value.n);
  if (value.kind === "sequence")
    return `nextval('${placed(model, model.sequences.find(({ id }) => id === value.id)!)}')`;
  return `${placed(model, model.functions.find(({ id }) => id === value.id)!)}(1)`;
}

export function columnSettings(table: string, word: string, column: ColumnPart): readonly string[] {
  const alter = `alter ${word} ${table} alter column ${quoteIdentifier(column.name)}`;
  return [
    ...(column.storage === undefined ? [] : [`${alter} set storage ${column.storage}`]),
    ...(column.compression === undefined ? [] : [`${alter} set compression ${column.compression}`]),
    ...(column.statistics === undefined ? [] : [`${alter} set statistics ${column.statistics}`]),
    ...(column.distinct === undefined ? [] : [`${alter} set (n_distinct = ${column.distinct})`]),
  ];
}
