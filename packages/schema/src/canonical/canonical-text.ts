import type { Catalog } from "@confiture/model";
import { type CanonicalOptions, canonicalEntries } from "./canonical-entries.js";

/**
 * The schema as text: a paragraph an object, in an order that depends on nothing but kinds and names. Two databases
 * with the same schema give the same text, however they came by it. Not part of it: the order of a table's columns
 * (unless asked for), whether materialized views are populated, what `unsupported` lists, and the server's version.
 */
export function canonicalText(catalog: Catalog, options: CanonicalOptions = {}): string {
  return canonicalEntries(catalog, options)
    .map(({ text }) => `${text}\n`)
    .join("\n");
}
