import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, isFields, listOf, stringNode, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { binaryCasts } from "../facts/binary-casts.js";
import type { Picture } from "../picture/picture.js";
import { type ColumnType, isConstrained, resolveType, underlying } from "./type-name.js";

/** What changing a column's type does to its rows. */
export interface TypeChange {
  readonly rewrites: boolean;
  /** True when the index on the column can keep its file if nothing else changes. */
  readonly keepsIndexes: boolean;
  readonly assumptions: readonly string[];
}

/**
 * Types whose length coercion disappears when the new modifier takes all old values in. For the others (`bpchar`,
 * `bit`) every row is coerced. tablecmds.c, ATColumnChangeRequiresRewrite; the support functions of the casts.
 */
const widens: Readonly<Record<string, (from: readonly number[], to: readonly number[]) => boolean>> = {
  varchar: longer,
  varbit: longer,
  numeric: (from, to) => {
    if (to.length === 0) return true;
    if (from.length === 0) return false;
    const [oldPrecision = 0, oldScale = 0, newPrecision = 0, newScale = 0] = [from[0], from[1], to[0], to[1]];
    return newScale === oldScale && newPrecision >= oldPrecision;
  },
  time: finer,
  timetz: finer,
  timestamp: finer,
  timestamptz: finer,
};

function longer(from: readonly number[], to: readonly number[]): boolean {
  if (to.length === 0) return true;
  return from.length > 0 && to[0]! >= from[0]!;
}

const finest = 6;

function finer(from: readonly number[], to: readonly number[]): boolean {
  return (to[0] ?? finest) >= (from[0] ?? finest);
}

/** Of an interval the fields count too, a bit mask in front of the precision; 0x7FFF is all of them. */
function intervalWidens(from: readonly number[], to: readonly number[]): boolean {
  const all = 0x7fff;
  const [oldFields, newFields] = [from[0] ?? all, to[0] ?? all];
  return (oldFields & newFields) === oldFields && newFields >= oldFields && finer(from.slice(1), to.slice(1));
}

/** The chain of coercions from the bare column to the new type, or undefined for any other USING expression. */
export function castsOfColumn(using: TreeValue | undefined, column: string): readonly TreeValue[] | undefined {
  const types: TreeValue[] = [];
  let current = using;
  for (;;) {
    const cast = fieldsOf(current, "TypeCast");
    const collate = fieldsOf(current, "CollateClause");
    if (cast !== undefined) {
      if (cast.typeName !== undefined) types.unshift(cast.typeName);
      current = cast.arg;
    } else if (collate !== undefined) {
      current = collate.arg;
    } else {
      const parts = listOf(fieldsOf(current, "ColumnRef")?.fields).map(stringNode);
      return quoteIdentifier(parts.at(-1) ?? "") === column ? types : undefined;
    }
  }
}

/**
 * Whether the rows are written anew: unless every step from the old type to the new one leaves the bytes alone.
 * `steps`: types of explicit casts in USING, the new type last.
 */
export function changeOfType(
  from: ColumnType,
  steps: readonly ColumnType[],
  picture: Picture,
  grammar: Grammar,
): TypeChange {
  const assumptions: string[] = [];
  let current = from;
  let keepsIndexes = true;
  for (const to of steps) {
    const step = coerce(current, to, picture, grammar);
    assumptions.push(...step.assumptions);
    if (step.rewrites) return { rewrites: true, keepsIndexes: false, assumptions };
    keepsIndexes &&= step.keepsIndexes;
    current = to;
  }
  return { rewrites: false, keepsIndexes, assumptions };
}

function coerce(from: ColumnType, to: ColumnType, picture: Picture, grammar: Grammar): TypeChange {
  const rewrite: TypeChange = { rewrites: true, keepsIndexes: false, assumptions: [] };
  if (from.isSerial || to.isSerial) return rewrite;
  if (sameType(from, to) && sameModifier(from, to)) return { rewrites: false, keepsIndexes: true, assumptions: [] };
  if (isConstrained(to, picture, grammar)) return rewrite;
  const [old, next] = [underlying(from, picture, grammar), underlying(to, picture, grammar)];
  if (old.isArray || next.isArray) return arrays(old, next);
  if (!sameType(old, next)) {
    const coercion = relabels(old, next, picture);
    if (!coercion.relabels) return { ...rewrite, assumptions: coercion.assumptions };
    // The old modifier means nothing to another type.
    if (!modifierFits({ ...old, modifier: [] }, next)) return rewrite;
    return { rewrites: false, keepsIndexes: coercion.keepsIndexes, assumptions: coercion.assumptions };
  }
  return modifierFits(old, next) ? { rewrites: false, keepsIndexes: true, assumptions: [] } : rewrite;
}

function sameType(a: ColumnType, b: ColumnType): boolean {
  return a.name === b.name && a.isArray === b.isArray;
}

function sameModifier(a: ColumnType, b: ColumnType): boolean {
  return a.modifier.join() === b.modifier.join();
}

/** `numeric(10)` is numeric(10,0). */
function settledModifier(type: ColumnType): ColumnType {
  const { name, modifier } = type;
  if (name === "numeric" && modifier.length === 1) return { ...type, modifier: [modifier[0]!, 0] };
  return type;
}

function modifierFits(from: ColumnType, to: ColumnType): boolean {
  if (sameModifier(settledModifier(from), settledModifier(to))) return true;
  if (to.modifier.length === 0) return true;
  if (to.name === "interval") return intervalWidens(from.modifier, to.modifier);
  return widens[to.name]?.(settledModifier(from).modifier, settledModifier(to).modifier) ?? false;
}

/** An array is coerced element by element, also where an element alone would keep its bytes. */
function arrays(from: ColumnType, to: ColumnType): TypeChange {
  const keeps = sameType(from, to) && (sameModifier(from, to) || to.modifier.length === 0);
  return { rewrites: !keeps, keepsIndexes: keeps, assumptions: [] };
}

interface Relabelling {
  readonly relabels: boolean;
  readonly keepsIndexes: boolean;
  readonly assumptions: readonly string[];
}

/** Types of one operator class: an index on the one serves the other. */
const sharedOperators = new Set(["varchar>text", "text>varchar", "cidr>inet"]);

function relabels(from: ColumnType, to: ColumnType, picture: Picture): Relabelling {
  const key = `${from.name}>${to.name}`;
  const isBinary = picture.casts.some(
    ({ source, target, method }) => method === "binary" && source === from.name && target === to.name,
  );
  if (isBinary) return { relabels: true, keepsIndexes: false, assumptions: [] };
  if (binaryCasts.has(key)) return { relabels: true, keepsIndexes: sharedOperators.has(key), assumptions: [] };
  if (key === "timestamp>timestamptz" || key === "timestamptz>timestamp") return relabelsTime(picture);
  const bare = to.name.split(".").at(-1);
  if (bare === "citext" && ["text", "varchar", "bpchar"].includes(from.name)) {
    return { relabels: from.name !== "bpchar", keepsIndexes: false, assumptions: ["citext is the extension's type"] };
  }
  if (from.name.split(".").at(-1) === "citext" && ["text", "varchar"].includes(to.name)) {
    return { relabels: true, keepsIndexes: false, assumptions: ["citext is the extension's type"] };
  }
  return { relabels: false, keepsIndexes: false, assumptions: [] };
}

/** The bytes of both are the same in UTC, and only there for all of time. */
function relabelsTime({ timeZone }: Picture): Relabelling {
  const isUtc = timeZone !== undefined && /^(utc|gmt|etc\/utc|etc\/gmt|uct|zulu|universal|\+?0)$/i.test(timeZone);
  const assumptions = timeZone === undefined ? ["the session's TimeZone is not UTC"] : [];
  return { relabels: isUtc, keepsIndexes: false, assumptions };
}

/** The types of explicit casts, as `changeOfType` takes them. */
export function resolveSteps(types: readonly TreeValue[], picture: Picture): readonly ColumnType[] {
  return types.flatMap((type) => (isFields(type) ? resolveType(type, picture) : []));
}
