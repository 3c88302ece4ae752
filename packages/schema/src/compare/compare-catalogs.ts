import type { Catalog } from "@confiture/model";
import {
  type CanonicalEntry,
  type CanonicalOptions,
  type CountedObject,
  canonicalEntry,
  countedObjects,
} from "../canonical/canonical-entries.js";
import { isSameEntry } from "./same-entry.js";

/** One object that is not the same on both sides, with its canonical text on each. */
export interface CatalogDifference {
  /** `table`, `column`, `index`, `constraint`, `function`, `enum`, `grant`, … */
  readonly kind: string;
  /** As in the catalog: `shop.orders`, `orders_pkey on shop.orders`. */
  readonly name: string;
  /** Seen from `before`. A renamed object is one that was removed and one that was added. */
  readonly change: "added" | "removed" | "changed";
  /** Absent when it was added. */
  readonly before?: string;
  /** Absent when it was removed. */
  readonly after?: string;
}

/**
 * Names every object that differs, ordered by kind and name; empty when the hashes are equal. What `unsupported` lists on
 * either side is not compared.
 */
export function compareCatalogs(before: Catalog, after: Catalog, options: CanonicalOptions = {}): CatalogDifference[] {
  const [left, right] = [byKey(before, options), byKey(withWhatIsHidden(before, after), options)];
  const words = (object: CountedObject | undefined) => object && canonicalEntry(object, options);
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => !isSame(left.get(key), right.get(key)))
    .sort()
    .flatMap((key) => difference(words(left.get(key)), words(right.get(key))));
}

/** What the role that read the one side may not see counts as being as on the other. */
function withWhatIsHidden(before: Catalog, after: Catalog): Catalog {
  const seen = new Map(before.userMappings.map(({ name, options }) => [name, options]));
  const userMappings = after.userMappings.map((mapping) => {
    const { options, ...rest } = mapping;
    if (!seen.has(mapping.name)) return mapping;
    const other = seen.get(mapping.name);
    return other === undefined ? rest : { ...rest, options: options ?? other };
  });
  return { ...after, userMappings };
}

function byKey(catalog: Catalog, options: CanonicalOptions): ReadonlyMap<string, CountedObject> {
  return new Map(countedObjects(catalog, options).map((object) => [`${object.kind}\0${object.entry.name}`, object]));
}

/** Most objects are the same to the letter, and putting them into words costs more than seeing that. */
function isSame(before: CountedObject | undefined, after: CountedObject | undefined): boolean {
  return before !== undefined && after !== undefined && isSameEntry(before.entry, after.entry);
}

function difference(before: CanonicalEntry | undefined, after: CanonicalEntry | undefined): CatalogDifference[] {
  if (before === undefined)
    return after === undefined ? [] : [{ ...subject(after), change: "added", after: after.text }];
  if (after === undefined) return [{ ...subject(before), change: "removed", before: before.text }];
  if (before.text === after.text) return [];
  return [{ ...subject(before), change: "changed", before: before.text, after: after.text }];
}

function subject({ kind, name }: CanonicalEntry): Pick<CatalogDifference, "kind" | "name"> {
  return { kind, name };
}
