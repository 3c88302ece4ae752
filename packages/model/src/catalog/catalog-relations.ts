import type { CatalogObject, ForeignOptions, OwnedObject, SchemaObject } from "./catalog-object.js";

export interface CatalogSchema extends OwnedObject {}

export interface CatalogExtension extends OwnedObject {
  readonly version: string;
  readonly schema: string;
}

/** An ordinary or a partitioned table; its columns, constraints and indexes are entries of their own. */
export interface CatalogTable extends SchemaObject {
  readonly persistence: "permanent" | "unlogged";
  readonly accessMethod?: string;
  /** Absent: the database's default tablespace. */
  readonly tablespace?: string;
  /** Storage parameters, sorted; those of the TOAST table begin with `toast.`. */
  readonly options: readonly string[];
  /** Parents by `INHERITS`, in order. A partition's parent stands in `partition`. */
  readonly inherits: readonly string[];
  /** What stands behind `PARTITION BY`. Present exactly when the table is partitioned. */
  readonly partitionKey?: string;
  readonly partition?: CatalogPartition;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  /** With `index`, the index says so itself (`replicaIdentity`). */
  readonly replicaIdentity: "default" | "nothing" | "full" | "index";
  /** The type of `CREATE TABLE … OF type`. */
  readonly ofType?: string;
}

export interface CatalogPartition {
  readonly of: string;
  /** `FOR VALUES …` or `DEFAULT`. */
  readonly bound: string;
  /** `DETACH CONCURRENTLY` began and has not been finished. PostgreSQL 14+. */
  readonly detachPending?: boolean;
}

/** A column of a table or a foreign table, named `schema.table.column`. */
export interface CatalogColumn extends CatalogObject {
  readonly table: string;
  readonly column: string;
  /** From 1, in the table's own order; dropped columns leave no gap. */
  readonly position: number;
  /** With its modifier: `character varying(80)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default?: string;
  readonly identity?: CatalogIdentity;
  readonly generated?: { readonly kind: "stored" | "virtual"; readonly expression: string };
  /** Absent: the collation of the type. */
  readonly collation?: string;
  /** Absent: the storage of the type. */
  readonly storage?: "plain" | "external" | "main" | "extended";
  /** Absent: what `default_toast_compression` says. PostgreSQL 14+. */
  readonly compression?: "pglz" | "lz4";
  readonly statisticsTarget?: number;
  /** Attribute options (`n_distinct=…`), sorted. */
  readonly options: readonly string[];
  /** Options of a foreign table's column, without those that may hold a secret. */
  readonly foreignOptions: readonly string[];
  /** The names of the foreign options left out. */
  readonly maskedForeignOptions: readonly string[];
  /** `inherited`: only from a parent; `merged`: also declared here. Absent: declared here alone. */
  readonly inheritance?: "inherited" | "merged";
}

export interface CatalogIdentity extends SequenceSettings {
  readonly generation: "always" | "by default";
  readonly sequence: string;
}

export interface SequenceSettings {
  readonly type: string;
  /** As text: a bigint does not fit a JavaScript number. */
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly persistence: "permanent" | "unlogged";
}

/** A sequence with its settings; where it stands is data, not schema. Those behind identity columns stand there. */
export interface CatalogSequence extends SchemaObject, SequenceSettings {
  /** The column of `OWNED BY`. */
  readonly ownedBy?: string;
}

export interface CatalogView extends SchemaObject {
  readonly definition: string;
  /** `security_barrier`, `security_invoker`, `check_option`, sorted. */
  readonly options: readonly string[];
  readonly columns: readonly CatalogViewColumn[];
}

export interface CatalogMaterializedView extends CatalogView {
  /** False after WITH NO DATA. Not part of the schema: it does not count as a difference. */
  readonly populated: boolean;
  readonly persistence: "permanent" | "unlogged";
  readonly accessMethod: string;
  readonly tablespace?: string;
  /** The extensions of `DEPENDS ON EXTENSION`, sorted. */
  readonly dependsOnExtensions?: readonly string[];
  /** The index of `CLUSTER ON` and the like say so themselves. */
  readonly replicaIdentity: "default" | "nothing" | "full" | "index";
}

/** A column of a view, in order. */
export interface CatalogViewColumn {
  readonly column: string;
  readonly type: string;
  readonly collation?: string;
  readonly default?: string;
  readonly storage?: string;
  readonly compression?: string;
  readonly statisticsTarget?: number;
  readonly options?: readonly string[];
}

/** A foreign table; its columns and constraints are entries of their own. */
export interface CatalogForeignTable extends SchemaObject, ForeignOptions {
  readonly server: string;
  readonly inherits: readonly string[];
  readonly partition?: CatalogPartition;
}
