import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, listOf, stringNode, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { constantText } from "../constant-text.js";
import type { Picture } from "../picture/picture.js";
import { type ColumnType, underlying } from "./type-name.js";

const integers = ["int2", "int4", "int8"];
const texts = ["text", "varchar", "bpchar", "citext"];

/** Types whose values come back from their text as they were. */
const writable = new Set([
  ...integers,
  ..."numeric float4 float8 bool uuid date time timetz timestamp timestamptz interval bytea json jsonb inet cidr".split(
    " ",
  ),
  ..."macaddr macaddr8 bit varbit xml oid".split(" "),
]);

/** Conversions in which no two values become one; what does not fit is refused. Texts and modifiers are looked at apart. */
const exact = new Set([
  ...integers.flatMap((from) => [...integers, "numeric"].map((to) => `${from}>${to}`)),
  "int2>float4",
  "int2>float8",
  "int4>float8",
  "float4>float8",
  "date>timestamp",
  "date>timestamptz",
  "time>interval",
  "bit>varbit",
  "cidr>inet",
  "jsonb>json",
  "bool>int4",
]);

/**
 * True when an old value can be had back from every new one: the types of explicit casts in USING, the new type last. A
 * conversion of which this is not known does not count as one.
 */
export function keepsValues(
  from: ColumnType,
  steps: readonly ColumnType[],
  { picture, grammar }: { readonly picture: Picture; readonly grammar: Grammar },
): boolean {
  let current = underlying(from, picture, grammar);
  const byText = throughText([current, ...steps.map((step) => underlying(step, picture, grammar))]);
  if (byText !== undefined) return keepsValues(byText.from, byText.steps, { picture, grammar });
  return steps.every((step, position) => {
    const next = underlying(step, picture, grammar);
    const isKept = keepsThrough(current, next, position < steps.length - 1);
    current = next;
    return isKept;
  });
}

/** An array that becomes another one by way of text does so value by value. */
function throughText([from, text, ...rest]: readonly ColumnType[]) {
  if (from?.isArray !== true || text?.name !== "text" || text.isArray) return undefined;
  if (rest.length === 0 || rest.some(({ isArray }) => !isArray)) return undefined;
  const one = (type: ColumnType) => ({ ...type, isArray: false });
  return { from: one(from), steps: [text, ...rest.map(one)] };
}

/** `a at time zone 'UTC'` takes every moment to one of its own, and back; in other zones an hour comes twice a year. */
export function isShiftByUtc(using: TreeValue | undefined, column: string): boolean {
  const call = fieldsOf(using, "FuncCall");
  const [zone, value, ...others] = listOf(call?.args);
  const name = stringNode(listOf(call?.funcname).at(-1));
  const reference = listOf(fieldsOf(value, "ColumnRef")?.fields).map(stringNode);
  const isColumn = quoteIdentifier(reference.at(-1) ?? "") === column;
  return (
    name === "timezone" && others.length === 0 && isColumn && /^(utc|gmt|etc\/utc)$/i.test(constantText(zone) ?? "")
  );
}

function keepsThrough(from: ColumnType, to: ColumnType, isExplicit: boolean): boolean {
  if (from.isArray !== to.isArray) return false;
  if (isText(to)) {
    // A cast that is written cuts a text off; an assignment refuses it.
    const fits = to.modifier.length === 0 || !isExplicit || isWider(from, to);
    // Spaces at the end mean nothing to `char`.
    const isPadded = to.name === "bpchar" && from.name !== "bpchar" && isText(from);
    return fits && !isPadded && (isText(from) || writable.has(from.name) || from.user?.kind === "enum");
  }
  if (from.name === to.name) return isWider(from, to);
  if (isText(from)) return to.user?.kind === "enum" || to.name === "json";
  return exact.has(`${from.name}>${to.name}`) && (to.name !== "numeric" || (to.modifier[1] ?? 0) >= 0) && isFinest(to);
}

function isText({ name }: ColumnType): boolean {
  return texts.includes(name.split(".").at(-1) ?? "");
}

/** The same type takes all digits of the old one; where it takes fewer in front of the point it refuses. */
function isWider(from: ColumnType, to: ColumnType): boolean {
  const [old, next] = [from.modifier, to.modifier];
  if (next.length === 0 || old.join() === next.join()) return true;
  if (from.name !== to.name && !(isText(from) && isText(to))) return false;
  if (to.name === "numeric") return old.length > 0 && (next[1] ?? 0) >= (old[1] ?? 0);
  return old.length === 1 && next.length === 1 && next[0]! >= old[0]!;
}

/** Times that are kept to fewer digits are rounded. */
function isFinest({ name, modifier }: ColumnType): boolean {
  return name === "numeric" || modifier.length === 0;
}
