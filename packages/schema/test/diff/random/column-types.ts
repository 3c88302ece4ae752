import { quoteLiteral } from "@confiture/sql";
import type { ColumnType, SchemaModel, TypePart } from "./schema-model.js";

/** What can be done with a column's values. */
export type TypeGroup =
  | "number"
  | "text"
  | "time"
  | "boolean"
  | "json"
  | "uuid"
  | "enum"
  | "range"
  | "composite"
  | "array";

const builtIn: Readonly<Record<string, TypeGroup>> = {
  smallint: "number",
  integer: "number",
  bigint: "number",
  numeric: "number",
  "numeric(10,2)": "number",
  "double precision": "number",
  text: "text",
  "character varying(20)": "text",
  "character varying(40)": "text",
  "character varying": "text",
  "character(5)": "text",
  "timestamp with time zone": "time",
  "timestamp without time zone": "time",
  "timestamp(3) with time zone": "time",
  date: "time",
  boolean: "boolean",
  jsonb: "json",
  json: "json",
  uuid: "uuid",
  int4range: "range",
  tstzrange: "range",
};

export const builtInTypes: readonly string[] = Object.keys(builtIn);
export const wholeNumbers = ["smallint", "integer", "bigint"];

export function groupOf(model: SchemaModel, type: ColumnType): TypeGroup {
  if (type.array) return "array";
  if (type.builtIn !== undefined) return builtIn[type.builtIn]!;
  const own = model.types.find(({ id }) => id === type.type);
  switch (own?.kind) {
    case "enum":
      return "enum";
    case "domain":
      return own.base === "integer" ? "number" : "text";
    case "range":
      return "range";
    default:
      return "composite";
  }
}

export function ownType(model: SchemaModel, type: ColumnType): TypePart | undefined {
  return type.type === undefined ? undefined : model.types.find(({ id }) => id === type.type);
}

export function isWholeNumber(type: ColumnType): boolean {
  return !type.array && wholeNumbers.includes(type.builtIn ?? "");
}

export function sameType(a: ColumnType, b: ColumnType): boolean {
  return a.builtIn === b.builtIn && a.type === b.type && a.array === b.array;
}

/** Has an operator class of btree. */
export function isOrdered(model: SchemaModel, type: ColumnType): boolean {
  if (type.array) return type.builtIn !== undefined && builtIn[type.builtIn] !== "json";
  return !["json", "composite"].includes(groupOf(model, type)) || type.builtIn === "jsonb";
}

/** A value as SQL; `n` chooses. */
export function literal(model: SchemaModel, type: ColumnType, n: number): string {
  if (type.array) return "'{}'";
  const own = ownType(model, type);
  if (own?.kind === "enum") return quoteLiteral(own.labels[n % own.labels.length]!);
  switch (groupOf(model, type)) {
    case "number":
      return `${n + 1000}`;
    case "text":
      return `'d${n}'`;
    case "time":
      return n % 3 === 0 ? "now()" : `'2024-0${1 + (n % 9)}-01'`;
    case "boolean":
      return n % 2 === 0 ? "true" : "false";
    case "json":
      return `'{"n": ${n}}'`;
    case "uuid":
      return n % 2 === 0 ? "gen_random_uuid()" : `'00000000-0000-4000-8000-00000000000${n % 10}'`;
    case "range":
      return "'empty'";
    default:
      return "null";
  }
}

/** Something true or false about a column. */
export function condition(model: SchemaModel, type: ColumnType, column: string, n: number): string {
  switch (groupOf(model, type)) {
    case "number":
      return `${column} > ${n % 7}`;
    case "text":
      return type.builtIn === "character(5)" ? `${column} <> 'x${n}'` : `length(${column}) > ${n % 3}`;
    case "time":
      return `${column} > '2000-01-0${1 + (n % 9)}'`;
    case "boolean":
      return `${column} is ${n % 2 === 0 ? "not " : ""}false`;
    default:
      return `${column} is not null`;
  }
}

/** What an index or a generated column may compute of it; undefined where nothing immutable is known. */
export function expression(model: SchemaModel, type: ColumnType, column: string, n: number): string | undefined {
  switch (groupOf(model, type)) {
    case "number":
      return `${column} + ${1 + (n % 5)}`;
    case "text":
      return n % 2 === 0 ? `lower(${column})` : `upper(${column})`;
    case "boolean":
      return `not ${column}`;
    default:
      return undefined;
  }
}

/** The type that such an expression has, for a generated column. */
export function typeOfExpression(model: SchemaModel, type: ColumnType): ColumnType | undefined {
  const group = groupOf(model, type);
  if (group === "text") return { builtIn: "text", array: false };
  if (group === "boolean") return { builtIn: "boolean", array: false };
  return group === "number" ? { builtIn: "numeric", array: false } : undefined;
}
