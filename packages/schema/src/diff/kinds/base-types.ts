import type { CatalogBaseType, CatalogColumn, CatalogRangeType, CatalogType } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { CatalogIndex } from "../catalog-index.js";
import { dependentsThroughTypes } from "./dependents-through-types.js";
import { inputOutputFunctions } from "./input-output-functions.js";
import type { Sides } from "./kind-rules.js";
import { createFunction } from "./routines.js";
import { multirangeConstructors } from "./set-type-aside.js";

/** Functions that take or give the type need at least its shell, so that comes first where the type needs them. */
export function createWithFunctions(entry: CatalogType, create: string, after: CatalogIndex): readonly string[] {
  const functions = inputOutputFunctions(entry, after);
  return functions.length === 0
    ? [create]
    : [`create type ${entry.name}`, ...functions.flatMap(createFunction), create];
}

/** Type and functions cannot be dropped one before the other. */
export function dropWithFunctions(entry: CatalogType, before: CatalogIndex): string {
  return `drop type ${entry.name}${inputOutputFunctions(entry, before).length === 0 ? "" : " cascade"}`;
}

export function createBaseType(entry: CatalogBaseType): string {
  const options = [
    ...Object.entries(entry.functions).map(([word, name]) => `${word} = ${name}`),
    `internallength = ${entry.length === -1 ? "variable" : entry.length}`,
    ...(entry.byValue ? ["passedbyvalue"] : []),
    `alignment = ${entry.alignment}`,
    `storage = ${entry.storage}`,
    `category = ${quoteLiteral(entry.category)}`,
    ...(entry.preferred ? ["preferred = true"] : []),
    ...(entry.default === undefined ? [] : [`default = ${quoteLiteral(entry.default)}`]),
    ...(entry.element === undefined ? [] : [`element = ${entry.element}`]),
    `delimiter = ${quoteLiteral(entry.delimiter)}`,
    ...(entry.collatable ? ["collatable = true"] : []),
  ];
  return `create type ${entry.name} (\n  ${options.join(",\n  ")}\n)`;
}

/** What ALTER TYPE can set. Input and output are the type. */
const settable = ["receive", "send", "typmod_in", "typmod_out", "analyze", "subscript"];

export function alterBaseType(
  before: CatalogBaseType,
  after: CatalogBaseType,
  sides: Sides,
): readonly string[] | "replace" {
  if (fixed(before) !== fixed(after)) return "replace";
  const restored = before.storage !== after.storage;
  if (restored && after.storage === "plain") return "replace";
  const properties = [
    ...(restored ? [`storage = ${after.storage}`] : []),
    ...settable
      .filter((word) => before.functions[word] !== after.functions[word])
      .map((word) => `${word} = ${after.functions[word] ?? "none"}`),
  ];
  if (properties.length === 0) return [];
  return [`alter type ${after.name} set (${properties.join(", ")})`, ...(restored ? restoreColumns(after, sides) : [])];
}

function fixed(entry: CatalogBaseType): string {
  const { input = "", output = "" } = entry.functions;
  return createBaseType({ ...entry, storage: "", functions: { input, output } });
}

/** Columns keep the storage their type had when they were made. */
function restoreColumns(type: CatalogBaseType, sides: Sides): readonly string[] {
  return dependentsThroughTypes(type.name, sides.before)
    .flatMap(({ kind, entry }) => (kind === "columns" ? [entry] : []))
    .filter((was) => was.type === type.name || sides.before.find("types", was.type)?.kind === "domain")
    .filter((was) => was.storage === undefined && keepsTypesStorage(was, sides))
    .map(({ table, column }) => `alter table ${table} alter column ${column} set storage ${type.storage}`);
}

function keepsTypesStorage(was: CatalogColumn, { after }: Sides): boolean {
  const is = after.find("columns", was.name);
  return is !== undefined && is.type === was.type && is.storage === undefined;
}

export function createRange(entry: CatalogRangeType): string {
  const options = [
    `subtype = ${entry.subtype}`,
    `subtype_opclass = ${entry.operatorClass}`,
    ...(entry.collation === undefined ? [] : [`collation = ${entry.collation}`]),
    ...(entry.canonical === undefined ? [] : [`canonical = ${entry.canonical}`]),
    ...(entry.subtypeDiff === undefined ? [] : [`subtype_diff = ${entry.subtypeDiff}`]),
    ...(entry.multirange === undefined ? [] : [`multirange_type_name = ${entry.multirange}`]),
  ];
  return `create type ${entry.name} as range (${options.join(", ")})`;
}

/** Only the name of the multirange can change. */
export function alterRange(before: CatalogRangeType, after: CatalogRangeType): readonly string[] | "replace" {
  const words = (entry: CatalogRangeType) => createRange({ ...entry, multirange: "" });
  if (words(before) !== words(after)) return "replace";
  if (before.multirange === after.multirange || before.multirange === undefined) return [];
  const [was, is] = [placed(before.multirange), placed(after.multirange ?? "")];
  if (was.schema !== is.schema) return "replace";
  return [
    `alter type ${before.multirange} rename to ${is.name}`,
    ...multirangeConstructors(before).map((signature) => `alter function ${signature} rename to ${is.name}`),
  ];
}

/** `shop.spans` as schema and name, both as SQL spells them. */
function placed(name: string): { readonly schema: string; readonly name: string } {
  const [, schema = "", own = name] = /^("(?:[^"]|"")*"|[^".]+)\.(.+)$/s.exec(name) ?? [];
  return { schema, name: own };
}
