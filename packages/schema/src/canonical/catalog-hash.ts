import { createHash } from "node:crypto";
import type { Catalog } from "@confiture/model";
import type { CanonicalOptions } from "./canonical-entries.js";
import { canonicalText } from "./canonical-text.js";

/**
 * SHA-256 of the canonical text in UTF-8, as 64 hexadecimal digits: equal exactly when `compareCatalogs` finds nothing.
 *
 * Comparable between servers of one major version (another prints some definitions differently) and within one release
 * of this package (a later one may see more). Look at `catalog.unsupported` too: it is not in the hash.
 */
export function catalogHash(catalog: Catalog, options: CanonicalOptions = {}): string {
  return createHash("sha256").update(canonicalText(catalog, options)).digest("hex");
}
