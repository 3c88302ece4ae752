import type { CatalogObject, SchemaObject } from "./catalog-object.js";

export interface CatalogTextSearchConfiguration extends SchemaObject {
  readonly parser: string;
  /** `token: dictionary, dictionary`, dictionaries in order, sorted by token. */
  readonly mappings: readonly string[];
}

export interface CatalogTextSearchDictionary extends SchemaObject {
  readonly template: string;
  readonly options?: string;
}

/** Parsers have no owner. */
export interface CatalogTextSearchParser extends CatalogObject {
  readonly schema: string;
  readonly start: string;
  readonly token: string;
  readonly end: string;
  readonly headline?: string;
  readonly lexTypes: string;
}

/** Templates have no owner. */
export interface CatalogTextSearchTemplate extends CatalogObject {
  readonly schema: string;
  readonly init?: string;
  readonly lexize: string;
}
