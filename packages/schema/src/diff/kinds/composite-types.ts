import type { CatalogCompositeType } from "@confiture/model";
import type { DiffEntry } from "../catalog-index.js";
import { dependentsThroughTypes } from "./dependents-through-types.js";
import type { Sides } from "./kind-rules.js";
import { parsedPart } from "./routines.js";

type Attribute = CatalogCompositeType["attributes"][number];

export function createComposite({ name, attributes }: CatalogCompositeType): string {
  const list = attributes.map((attribute) => `${attribute.attribute} ${typeOf(attribute)}`);
  return `create type ${name} as (${list.join(", ")})`;
}

function typeOf({ type, collation }: Attribute): string {
  return collation === undefined ? type : `${type} collate ${collation}`;
}

/**
 * Attributes are added at the end, dropped and given another type. The order of those that stay cannot change, and their
 * types only while no row holds a value of the type and nothing compiled names the attribute.
 */
export function alterComposite(
  before: CatalogCompositeType,
  after: CatalogCompositeType,
  sides: Sides,
): readonly string[] | "replace" {
  const had = new Map(before.attributes.map((attribute) => [attribute.attribute, attribute]));
  const has = new Set(after.attributes.map(({ attribute }) => attribute));
  const kept = before.attributes.filter(({ attribute }) => has.has(attribute));
  if (kept.some(({ attribute }, place) => after.attributes[place]?.attribute !== attribute)) return "replace";
  const retyped = after.attributes.filter((attribute) => {
    const was = had.get(attribute.attribute);
    return was !== undefined && typeOf(was) !== typeOf(attribute);
  });
  const changes = [
    ...before.attributes
      .filter(({ attribute }) => !has.has(attribute))
      .map(({ attribute }) => `drop attribute ${attribute}`),
    ...retyped.map((attribute) => `alter attribute ${attribute.attribute} type ${typeOf(attribute)}`),
    ...after.attributes
      .filter(({ attribute }) => !had.has(attribute))
      .map((attribute) => `add attribute ${attribute.attribute} ${typeOf(attribute)}`),
  ];
  if (changes.length === 0) return [];
  const dependents = dependentsThroughTypes(before.name, sides.before);
  if (dependents.some((dependent) => isTyped(dependent, before.name))) return "replace";
  const names = retyped.map(({ attribute }) => attribute);
  if (dependents.some((dependent) => names.some((name) => keepsAttribute(dependent, name)))) return "replace";
  return [`alter type ${after.name} ${changes.join(", ")}`];
}

/** The columns of such a table would have to change with the type, and those of nothing else do. */
function isTyped({ kind, entry }: DiffEntry, type: string): boolean {
  return kind === "tables" && entry.ofType === type;
}

/** Rows would have to be written anew; what is kept parsed would read the old attribute, if it names it. */
function keepsAttribute({ kind, entry }: DiffEntry, attribute: string): boolean {
  if (kind === "columns" || kind === "materializedViews") return true;
  if (kind === "types") return false;
  const text = kind === "functions" ? parsedPart(entry) : Object.values(entry).join("\n");
  // Behind the point goes the name, and then no more of a name.
  return text
    .split(`.${attribute}`)
    .slice(1)
    .some((rest) => !/^[\w$]/.test(rest));
}
