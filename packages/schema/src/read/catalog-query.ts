import type { CatalogKinds } from "@confiture/model";

/** The major version of a server that can be read. */
export type ServerVersion = 13 | 14 | 15 | 16 | 17 | 18;

/** What every query is written for: one server version, and the schemas to leave out. */
export interface ReadScope {
  readonly version: ServerVersion;
  /** False on PostgreSQL 13 for a role that may not see how subscriptions are set. They are then reported as unread. */
  readonly readsSubscriptionSettings: boolean;
  /** A condition: the row of pg_namespace behind this alias is one we read. */
  included(namespaceAlias: string): string;
  /** A condition on a schema's name, for the few places that have only the name. */
  includedName(expression: string): string;
  /** A condition: the schema is not one the caller excluded; pg_catalog and information_schema pass. */
  notExcluded(namespaceAlias: string): string;
}

/** One kind of object, read by one query whose columns are the fields of the catalog's entries. */
export interface CatalogQuery<Kind extends keyof CatalogKinds = keyof CatalogKinds> {
  readonly kind: Kind;
  /**
   * The system catalog its rows are in. The query then says `oid` too, and `subid` for a column, by which dependencies
   * find the entry; neither gets into a catalog. Absent where several share one row, or the server keeps no dependencies.
   */
  readonly catalog?: string;
  readonly sql: (scope: ReadScope) => string;
  /** For what SQL says only clumsily. */
  readonly tidy?: (entry: CatalogKinds[Kind]) => CatalogKinds[Kind];
  /**
   * Fields that functions of PostgreSQL compute from the state of now, not of the snapshot. One that is missing means
   * that its object went away in between.
   */
  readonly alwaysThere?: readonly (CatalogKinds[Kind] extends infer Entry ? keyof Entry & string : never)[];
}

/** Ties a query to its kind, so that `alwaysThere` can only name fields the entries have. */
export function defineQuery<Kind extends keyof CatalogKinds>(query: CatalogQuery<Kind>): CatalogQuery<Kind> {
  return query;
}
