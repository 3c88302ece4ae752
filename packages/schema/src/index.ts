export type { CanonicalOptions } from "./canonical/canonical-entries.js";
export { canonicalText } from "./canonical/canonical-text.js";
export { catalogHash } from "./canonical/catalog-hash.js";
export type { CatalogDifference } from "./compare/compare-catalogs.js";
export { compareCatalogs } from "./compare/compare-catalogs.js";
export type { ReadCatalogOptions } from "./read/read-catalog.js";
export { readCatalog } from "./read/read-catalog.js";
