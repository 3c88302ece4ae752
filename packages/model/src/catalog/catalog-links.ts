import type { CatalogObject, ForeignOptions, OwnedObject } from "./catalog-object.js";

export interface CatalogPublication extends OwnedObject {
  readonly allTables: boolean;
  /** Sorted: delete, insert, truncate, update. */
  readonly operations: readonly string[];
  readonly viaRoot: boolean;
  /** PostgreSQL 18+: `none` or `stored`. */
  readonly generatedColumns?: "none" | "stored";
  readonly tables: readonly {
    readonly table: string;
    readonly columns?: readonly string[];
    readonly where?: string;
  }[];
  /** PostgreSQL 15+. */
  readonly schemas: readonly string[];
}

/** A subscription, without its connection string: that holds a password and belongs to the environment. */
export interface CatalogSubscription extends OwnedObject {
  readonly enabled: boolean;
  readonly publications: readonly string[];
  readonly slot?: string;
  /** Settings that are not as usual, `name=value`, sorted; which exist depends on the server's version. */
  readonly options: readonly string[];
}

export interface CatalogForeignDataWrapper extends OwnedObject, ForeignOptions {
  readonly handler?: string;
  readonly validator?: string;
}

export interface CatalogForeignServer extends OwnedObject, ForeignOptions {
  readonly wrapper: string;
  readonly type?: string;
  readonly version?: string;
}

/** Who has a mapping for which server, named `role on server`. */
export interface CatalogUserMapping extends CatalogObject {
  readonly role: string;
  readonly server: string;
  /**
   * Those that are known to be no credentials (`user=reader`); no other is ever read. Absent where the role that read it
   * may not see any: then they count as the same as whatever the other side has.
   */
  readonly options?: readonly string[];
}
