import { fieldsOf, isFields, stringOf, type TreeValue } from "../../parse/parse-tree.js";
import type { Picture } from "../picture/picture.js";
import { type ColumnType, resolveType } from "./type-name.js";

/** How constants of one column stand to each other; undefined where only the server can tell. */
export type Compare = (a: string, b: string) => number | undefined;

const integers = ["int2", "int4", "int8"];
const texts = ["text", "varchar"];

/** Casts that leave a constant what it is, beside the cast to the column's own type. */
const kept: Readonly<Record<string, readonly string[]>> = {
  int2: integers,
  int4: integers,
  int8: integers,
  numeric: [...integers, "numeric"],
  text: texts,
  varchar: texts,
};

/** The text of a constant as a value of a column's type; undefined when it is another value by then, or no constant. */
export function constantOfType(
  expression: TreeValue | undefined,
  type: ColumnType,
  picture: Picture,
): string | undefined {
  const cast = fieldsOf(expression, "TypeCast");
  if (isFields(cast?.typeName)) {
    const to = resolveType(cast.typeName, picture);
    const isKept = to.name === type.name || kept[type.name]?.includes(to.name) === true;
    return isKept && !to.isArray && to.modifier.length === 0 ? constantOfType(cast.arg, type, picture) : undefined;
  }
  const value = fieldsOf(expression, "A_Const");
  if (isFields(value?.ival)) return String(value.ival.ival ?? 0);
  if (isFields(value?.fval)) return stringOf(value.fval.fval);
  if (isFields(value?.boolval)) return String(value.boolval.boolval === true);
  return isFields(value?.sval) ? (stringOf(value.sval.sval) ?? "") : undefined;
}

/** `collation`: of the column, as SQL; texts are in an order we know in that of bytes alone. */
export function compareIn(type: ColumnType, collation: string | undefined): Compare {
  const { name } = type;
  if (type.isArray) return () => undefined;
  if (integers.includes(name)) return among(/^[+-]?\d+$/, decimals);
  if (name === "numeric") return among(/^[+-]?\d+(\.\d+)?$/, decimals);
  if (name === "date") return among(/^\d{4}-\d\d-\d\d$/, inOrder);
  if (name === "timestamp") {
    const midnight = (text: string) => (text.length === 10 ? `${text} 00:00:00` : text);
    return among(/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/, (a, b) => inOrder(midnight(a), midnight(b)));
  }
  if (name === "uuid") {
    return among(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, (a, b) => inOrder(a.toLowerCase(), b.toLowerCase()));
  }
  // What a time with a zone means is said by the session.
  if (name === "timestamptz" || name === "timetz") return () => undefined;
  const isByBytes = texts.includes(name) && /(^|\.)"?(C|POSIX)"?$/.test(collation ?? "");
  return isByBytes ? (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) : (a, b) => (a === b ? 0 : undefined);
}

function among(known: RegExp, compare: (a: string, b: string) => number): Compare {
  return (a, b) => (known.test(a) && known.test(b) ? compare(a, b) : undefined);
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Exact, whatever the number of digits. */
function decimals(a: string, b: string): number {
  const places = Math.max(...[a, b].map((text) => text.split(".")[1]?.length ?? 0));
  const whole = (text: string) => {
    const [digits = "", behind = ""] = text.replace(/^\+/, "").split(".");
    return BigInt(digits + behind.padEnd(places, "0"));
  };
  const [left, right] = [whole(a), whole(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
