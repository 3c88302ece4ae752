import type { CatalogFunction, CatalogType } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { keyOf } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import type { Sides } from "./kind-rules.js";

/**
 * The functions that a type needs and that need the type: the input and output of a base type, the canonical function
 * of a range. They are made behind the shell of the type and before the type, and go when the type is dropped.
 */
export function inputOutputFunctions(type: CatalogType, index: CatalogIndex): readonly CatalogFunction[] {
  if (type.kind !== "base type" && !(type.kind === "range" && type.canonical !== undefined)) return [];
  const key = keyOf({ kind: "types", name: type.name });
  return index
    .needsOf(key)
    .filter((need) => index.needsOf(need).includes(key))
    .map((need) => index.entries.get(need))
    .flatMap((found) => (found?.kind === "functions" ? [found.entry] : []));
}

/** The type such a function belongs to. */
export function typeOfInputOutput(entry: CatalogFunction, index: CatalogIndex): DiffReference | undefined {
  for (const need of index.needsOf(keyOf({ kind: "functions", name: entry.name }))) {
    const found = index.entries.get(need);
    if (found?.kind !== "types") continue;
    const functions = inputOutputFunctions(found.entry, index);
    if (functions.some(({ name }) => name === entry.name)) return { kind: "types", name: found.name };
  }
  return undefined;
}

export function isCreatedWithType(entry: CatalogFunction, { after }: Sides): DiffReference | undefined {
  return typeOfInputOutput(entry, after);
}
