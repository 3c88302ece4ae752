import type { CatalogObject, OwnedObject, SchemaObject } from "./catalog-object.js";

/** A constraint of a table, a foreign table or a domain, named `constraint on table`. */
export interface CatalogConstraint extends CatalogObject {
  readonly kind: "check" | "foreign key" | "primary key" | "unique" | "exclude" | "not null";
  /** Present unless it belongs to a domain. */
  readonly table?: string;
  readonly domain?: string;
  readonly constraint: string;
  /** What stands behind `CONSTRAINT name`; deferrability, NO INHERIT, NOT VALID and NOT ENFORCED included. */
  readonly definition: string;
  readonly validated: boolean;
  /** PostgreSQL 18 can say NOT ENFORCED; before, all are enforced. */
  readonly enforced: boolean;
  /** `inherited`: only from a parent; `merged`: also declared here. Absent: declared here alone. */
  readonly inheritance?: "inherited" | "merged";
  /** The constraint of the partitioned table this one belongs to. */
  readonly parent?: string;
  /** The index that enforces it, or that a foreign key refers to. */
  readonly index?: string;
  /** Columns of a `not null` constraint, or the constrained columns, in order; expressions of an exclusion are left out. */
  readonly columns: readonly string[];
  /** The table a foreign key refers to. */
  readonly references?: string;
  /**
   * The server's triggers that enforce it, as far as they are not enabled as usual (`DISABLE TRIGGER ALL`), sorted:
   * `"RI_FKey_check_ins" on public.lines: disabled`.
   */
  readonly triggerStates: readonly string[];
  /**
   * True for a NOT NULL constraint (of tables since PostgreSQL 18, of domains since 17) that says no more than the
   * `notNull` of the column or domain: its name is the one the server chooses, it is valid and inheritable. It does
   * not count as a difference.
   */
  readonly implied: boolean;
}

export interface CatalogIndex extends CatalogObject {
  readonly schema: string;
  readonly table: string;
  readonly definition: string;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly ready: boolean;
  /** The partitioned index this one is attached to. */
  readonly parent?: string;
  /** The constraint it backs. */
  readonly constraint?: string;
  /** Marked by `CLUSTER ON`. */
  readonly clustered: boolean;
  /** Marked by `REPLICA IDENTITY USING INDEX`. */
  readonly replicaIdentity: boolean;
  readonly tablespace?: string;
  /** `column number=target`, for expression columns with a statistics target. */
  readonly statistics: readonly string[];
  /** The extensions of `DEPENDS ON EXTENSION`, sorted. */
  readonly dependsOnExtensions?: readonly string[];
}

export type FiringState = "origin" | "always" | "replica" | "disabled";

/** A trigger that somebody created; those that enforce constraints belong to these. Named `trigger on table`. */
export interface CatalogTrigger extends CatalogObject {
  readonly table: string;
  readonly trigger: string;
  readonly definition: string;
  readonly enabled: FiringState;
  readonly function: string;
  /** The extensions of `DEPENDS ON EXTENSION`, sorted. */
  readonly dependsOnExtensions?: readonly string[];
  /** The trigger of the partitioned table that this one was cloned from. */
  readonly parent?: string;
}

/** A rewrite rule, named `rule on table`. The rule that makes a view a view belongs to the view. */
export interface CatalogRule extends CatalogObject {
  readonly table: string;
  readonly definition: string;
  readonly enabled: FiringState;
}

/** A row security policy, named `policy on table`. */
export interface CatalogPolicy extends CatalogObject {
  readonly table: string;
  readonly policy: string;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  readonly permissive: boolean;
  /** Sorted; `PUBLIC` for everybody. */
  readonly roles: readonly string[];
  readonly using?: string;
  readonly check?: string;
}

/** Extended statistics (`CREATE STATISTICS`). */
export interface CatalogStatistics extends SchemaObject {
  readonly table: string;
  readonly definition: string;
  readonly target?: number;
}

export interface CatalogEventTrigger extends OwnedObject {
  readonly event: string;
  readonly function: string;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly enabled: FiringState;
}
