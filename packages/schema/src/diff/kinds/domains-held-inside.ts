import type { CatalogIndex } from "../catalog-index.js";
import { bareType } from "./change-type.js";

/** Domains of which columns have values inside of other values: in arrays, composites and ranges. */
export function domainsHeldInside(index: CatalogIndex): ReadonlySet<string> {
  const held = new Set<string>();
  const seen = new Set<string>();
  const look = (type: string, isInside: boolean): void => {
    const inside = isInside || type.endsWith("[]");
    const name = bareType(type);
    if (seen.has(`${inside} ${name}`)) return;
    seen.add(`${inside} ${name}`);
    const found = index.find("types", name);
    if (found?.kind === "domain") {
      if (inside) held.add(name);
      look(found.type, inside);
    } else if (found?.kind === "composite type") for (const attribute of found.attributes) look(attribute.type, true);
    else if (found?.kind === "range") look(found.subtype, true);
    // The rows of a table are values too.
    else if (inside || found === undefined) for (const { type: part } of index.columnsOf(name)) look(part, true);
  };
  for (const { type } of index.catalog.columns) look(type, false);
  return held;
}
