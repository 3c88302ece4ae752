import type { Grammar } from "../../parse/parse-statement.js";
import { assignmentCasts } from "../facts/assignment-casts.js";
import { builtinTypes } from "../facts/builtin-names.js";
import type { Picture } from "../picture/picture.js";
import { type ColumnType, underlying } from "./type-name.js";

/** Every value becomes one of these by its text. */
const texts = new Set(["text", "varchar", "bpchar", "name", "char"]);

/** Arrays under a name of their own, and types that no column has. */
const unusual = /^(int2vector|oidvector|record|unknown|any.*|trigger|void|internal|cstring)$/;

/**
 * Whether PostgreSQL brings a value of one type to another by assignment, as ALTER COLUMN TYPE does: by a cast that is
 * made for it, or to a text. True as well where that cannot be told.
 */
export function isAssignable(from: ColumnType, to: ColumnType, picture: Picture, grammar: Grammar): boolean {
  const [source, target] = [underlying(from, picture, grammar), underlying(to, picture, grammar)];
  if (isCast([from, source], [to, target], picture)) return true;
  if (source.isArray && target.isArray) return isAssignable(elementOf(source), elementOf(target), picture, grammar);
  if (!isPlain(source) || !isPlain(target)) return true;
  if (!target.isArray && texts.has(target.name)) return true;
  if (source.isArray !== target.isArray) return false;
  return source.name === target.name || assignmentCasts.has(`${source.name}>${target.name}`);
}

function elementOf(type: ColumnType): ColumnType {
  return { ...type, isArray: false };
}

/** Somebody created a cast between them. */
function isCast(from: readonly ColumnType[], to: readonly ColumnType[], { casts }: Picture): boolean {
  const names = (types: readonly ColumnType[]) => new Set(types.map(({ name }) => name));
  const [sources, targets] = [names(from), names(to)];
  return casts.some(({ source, target }) => sources.has(source) && targets.has(target));
}

/** A type of which all is known: built in, or an enum or a range. */
function isPlain({ name, user, isUnknown }: ColumnType): boolean {
  if (isUnknown) return false;
  if (user !== undefined) return user.kind === "enum" || user.kind === "range";
  return builtinTypes.has(name) && !unusual.test(name);
}
