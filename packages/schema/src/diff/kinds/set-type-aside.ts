import type { CatalogRangeType, CatalogType } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { inputOutputFunctions } from "./input-output-functions.js";
import { splitSignature } from "./printed-text.js";

/**
 * Frees every name that the type has and will have again, so that columns can go over from the one to the other: its own,
 * that of its multirange, and those of its functions. Dropping it under its other name drops all of them.
 * @param aside another name for a qualified one, itself without schema.
 */
export function setTypeAside(
  entry: CatalogType,
  before: CatalogIndex,
  aside: (name: string) => string,
): readonly string[] {
  const word = entry.kind === "domain" ? "domain" : "type";
  const functions = [...inputOutputFunctions(entry, before).map(({ name }) => name), ...constructors(entry)];
  const types = entry.kind === "range" && entry.multirange !== undefined ? [entry.multirange] : [];
  return [
    ...functions.map((name) => `alter function ${name} rename to ${aside(splitSignature(name).name)}`),
    ...types.map((name) => `alter type ${name} rename to ${aside(name)}`),
    `alter ${word} ${entry.name} rename to ${aside(entry.name)}`,
  ];
}

/** The functions that come with a range under its name, and since PostgreSQL 14 with its multirange. */
function constructors(entry: CatalogType): readonly string[] {
  if (entry.kind !== "range") return [];
  const { name, subtype } = entry;
  return [`${name}(${subtype}, ${subtype})`, `${name}(${subtype}, ${subtype}, text)`, ...multirangeConstructors(entry)];
}

/** They keep their names when the multirange gets another one. */
export function multirangeConstructors({ name, multirange }: CatalogRangeType): readonly string[] {
  if (multirange === undefined) return [];
  return [`${multirange}()`, `${multirange}(${name})`, `${multirange}(${name}[])`];
}
