import type { Catalog, CatalogKinds, CatalogObject } from "@confiture/model";
import { kindOrder, kindWord } from "./kind-words.js";

/** What counts when schemas are put into words, hashed or compared. Both sides need the same options. */
export interface CanonicalOptions {
  /** Leave out who owns what: for two databases that different roles built. Default: owners count. */
  readonly ignoreOwners?: boolean;
  /** Leave out grants and default privileges. Default: they count. */
  readonly ignoreGrants?: boolean;
  /** Let the order of a table's columns count. Default: it does not, for no ALTER can restore it. */
  readonly columnOrder?: boolean;
}

/** One object in canonical form. */
export interface CanonicalEntry {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

/** An object that counts, before it is put into words. */
export interface CountedObject {
  readonly list: keyof CatalogKinds;
  /** What its kind is called: `enum`, `table`. */
  readonly kind: string;
  readonly entry: CatalogObject;
}

/** Every object that counts, by kind and then by name. */
export function canonicalEntries(catalog: Catalog, options: CanonicalOptions): CanonicalEntry[] {
  return countedObjects(catalog, options)
    .sort((a, b) => compareText(a.kind, b.kind) || compareText(a.entry.name, b.entry.name))
    .map((object) => canonicalEntry(object, options));
}

export function countedObjects(catalog: Catalog, options: CanonicalOptions): CountedObject[] {
  return kindOrder
    .filter((list) => !(options.ignoreGrants === true && (list === "grants" || list === "defaultPrivileges")))
    .flatMap((list) =>
      (catalog[list] as readonly CatalogObject[])
        .filter(counts)
        .map((entry) => ({ list, kind: kindWord(list, entry), entry })),
    );
}

/** What a server of 18 says in a constraint of its own and others only in the column is said once, in the column. */
function counts(entry: CatalogObject & { readonly implied?: boolean }): boolean {
  return entry.implied !== true;
}

export function canonicalEntry({ list, kind, entry }: CountedObject, options: CanonicalOptions): CanonicalEntry {
  const lines = Object.entries(entry)
    .filter(([field]) => fieldCounts(list, field, options))
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([field, value]) => canonicalField(field, value));
  return { kind, name: entry.name, text: [`${kind} ${onOneLine(entry.name)}`, ...lines].join("\n") };
}

/** The name is in the first line, the kind too. */
const saidAlready = new Set(["name", "kind", "implied", "on"]);

function fieldCounts(kind: keyof CatalogKinds, field: string, options: CanonicalOptions): boolean {
  if (saidAlready.has(field)) return false;
  // Whether a materialized view holds rows is data: a dump of the schema leaves it empty.
  if (field === "populated") return false;
  if (field === "position") return options.columnOrder === true;
  if (field === "owner") return options.ignoreOwners !== true;
  // Part of the name, but for extensions, whose names have no schema.
  return !(field === "schema" && kind !== "extensions");
}

/** False, empty and absent all mean "as usual" and are not printed; fields are named so that true says something. */
function isUsual(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

/** The empty text is printed as `""`, so a text that is `""` has to be printed otherwise. */
const nothingOrQuotes = /^"*$/;

/** Further lines of a value stand deeper than any field, so that no text can pass for a field. */
function canonicalField(field: string, value: unknown): string[] {
  if (isUsual(value)) return [];
  const [first = "", ...rest] = canonicalValue(value);
  return [`  ${field}: ${first}`, ...rest.map((line) => `    ${line}`)];
}

function canonicalValue(value: unknown): string[] {
  if (typeof value === "string") return nothingOrQuotes.test(value) ? [JSON.stringify(value)] : value.split("\n");
  if (Array.isArray(value)) return value.map(onOneLine);
  if (typeof value !== "object") return [String(value)];
  return unusual(value).map(([key, inner]) => `${key} ${onOneLine(inner)}`);
}

/** Inside a list or an object everything stands on one line, so that one element cannot pass for two. */
function onOneLine(value: unknown): string {
  if (typeof value === "string")
    return /[\n\\]/.test(value) || nothingOrQuotes.test(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner) ? Object.fromEntries(unusual(inner)) : inner,
  );
}

function unusual(value: object | null): [string, unknown][] {
  return Object.entries(value ?? {})
    .filter(([, inner]) => !isUsual(inner))
    .sort(([a], [b]) => compareText(a, b));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
