import type { CalibrationEnvironment } from "./calibration.js";

/** What it takes to compare two values of a type when a btree is sorted. */
export type KeyClass = "number" | "uuid" | "numeric" | "text";

/** Types whose values are compared as machine words (opclass sort support of `nbtcompare.c` and `timestamp.c`). */
const machineWords = new Set([
  "smallint",
  "integer",
  "bigint",
  "oid",
  "real",
  "double precision",
  "boolean",
  '"char"',
  "date",
  "money",
  "time without time zone",
  "timestamp without time zone",
  "timestamp with time zone",
]);

/**
 * The class of a type as format_type prints it. An unknown type (a domain, an enum, an expression) counts as the dearest.
 * Text under a collation that compares bytes is sorted by abbreviated keys, as uuid is (`varlena.c`).
 */
export function keyClass(type: string, environment: Pick<CalibrationEnvironment, "byteOrderCollation">): KeyClass {
  const bare = type.replace(/\s*\(.*?\)/, "");
  if (isMachineWord(type)) return "number";
  if (bare === "uuid" || bare === "bytea" || bare === "inet" || bare === "macaddr") return "uuid";
  if (bare === "numeric" || bare === "interval") return "numeric";
  return isText(bare) && environment.byteOrderCollation ? "uuid" : "text";
}

export function isMachineWord(type: string): boolean {
  return machineWords.has(type.replace(/\s*\(.*?\)/, ""));
}

function isText(bare: string): boolean {
  return bare === "text" || bare === "character varying" || bare === "name" || bare === "character";
}

/** Bytes a value takes when nobody has counted: fixed sizes from `pg_type.typlen`, for the others what planners assume. */
export function expectedWidth(type: string): number {
  const bare = type.replace(/\s*\(.*?\)/, "");
  return widths[bare] ?? 32;
}

/** Known to be stored in the same number of bytes whatever the value. */
export function hasFixedWidth(type: string): boolean {
  const bare = type.replace(/\s*\(.*?\)/, "");
  return bare !== "numeric" && bare in widths;
}

const widths: Readonly<Record<string, number>> = {
  smallint: 2,
  integer: 4,
  bigint: 8,
  oid: 4,
  real: 4,
  "double precision": 8,
  boolean: 1,
  date: 4,
  "time without time zone": 8,
  "timestamp without time zone": 8,
  "timestamp with time zone": 8,
  uuid: 16,
  numeric: 8,
  interval: 16,
};
