import type { CatalogColumn } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";

/** Types within one of these turn into each other by assignment: no USING is needed. */
const families: readonly (readonly string[])[] = [
  ["smallint", "integer", "bigint", "numeric", "real", "double precision"],
  ["text", "character varying", "character", "name", "citext"],
  ["date", "timestamp without time zone", "timestamp with time zone"],
  ["time without time zone", "time with time zone"],
  ["json", "jsonb"],
  ["cidr", "inet"],
  ["bit", "bit varying"],
  ["numeric", "money"],
];

const texts = families[1]!;

/** Pairs with an explicit cast of the server's own, besides those from and to text. */
const explicit = new Set([
  "integer>boolean",
  "boolean>integer",
  "integer>bit",
  "bigint>bit",
  "bit>integer",
  "bit>bigint",
]);

/**
 * The expression that turns a column's values into the new type, or undefined when the server does it by assignment. By way
 * of text where no cast is known to lead there.
 */
export function conversion(
  column: string,
  before: string,
  after: string,
  { catalog }: CatalogIndex,
  remade = false,
): string | undefined {
  const [from, to] = [bareType(before), bareType(after)];
  if (!remade && from === to && isArray(before) === isArray(after)) return undefined;
  const casts = new Map(catalog.casts.map(({ name, context }) => [name, context]));
  const cast = casts.get(`(${from} as ${to})`);
  if (!remade && isArray(before) === isArray(after)) {
    if (cast !== undefined && cast !== "explicit") return undefined;
    if (families.some((family) => family.includes(from) && family.includes(to))) return undefined;
    if (cast === "explicit" || explicit.has(`${from}>${to}`)) return `${column}::${after}`;
  }
  if (!isArray(after) && texts.includes(to)) return undefined;
  return !isArray(before) && texts.includes(from) ? `${column}::${after}` : `${column}::text::${after}`;
}

/** Whether values are to be of another type, or of another order. */
export function isRetyped(before: TypedColumn, after: TypedColumn): boolean {
  return before.type !== after.type || before.collation !== after.collation;
}

type TypedColumn = Pick<CatalogColumn, "type" | "collation">;

/** Whether keys of one type may refer to keys of the other. */
export function areComparable(before: string, after: string): boolean {
  const [from, to] = [bareType(before), bareType(after)];
  if (isArray(before) !== isArray(after)) return false;
  return from === to || families.slice(0, 3).some((family) => family.includes(from) && family.includes(to));
}

function isArray(type: string): boolean {
  return type.endsWith("[]");
}

/** Without modifier and brackets: `numeric(10,2)[]` is `numeric`, `timestamp(3) with time zone` has its words. */
export function bareType(type: string): string {
  return type.replace(/(\[\])+$/, "").replace(/\([^)]*\)(?=$| with)/, "");
}
