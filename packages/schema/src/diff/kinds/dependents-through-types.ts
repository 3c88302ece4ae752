import type { CatalogIndex, DiffEntry, ObjectKey } from "../catalog-index.js";
import { keyOf } from "../catalog-index.js";

/** What cannot be without the type, itself or through types made of it (domains over it, composites and ranges of it). */
export function dependentsThroughTypes(type: string, index: CatalogIndex): readonly DiffEntry[] {
  const found = new Map<ObjectKey, DiffEntry>();
  const types = [keyOf({ kind: "types", name: type })];
  for (let next = types.shift(); next !== undefined; next = types.shift()) {
    for (const key of index.dependentsOf(next)) {
      const dependent = index.entries.get(key);
      if (dependent === undefined || found.has(key)) continue;
      found.set(key, dependent);
      if (dependent.kind === "types") types.push(key);
    }
  }
  return [...found.values()];
}
