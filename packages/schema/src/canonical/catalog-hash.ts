import { createHash } from "node:crypto";
import type { Catalog } from "@confiture/model";
import type { CanonicalOptions } from "./canonical-entries.js";
import { canonicalText } from "./canonical-text.js";

/** SHA-256 (hex) of the canonical text: equal exactly when `compareCatalogs` finds nothing. */
export function catalogHash(catalog: Catalog, options: CanonicalOptions = {}): string {
  return createHash("sha256").update(canonicalText(catalog, options)).digest("hex");
}
