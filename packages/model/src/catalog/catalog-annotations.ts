import type { CatalogObject } from "./catalog-object.js";

/** What an annotation is on: PostgreSQL's word for the kind (`table`, `table column`, `function`) and the name. */
export interface AnnotatedObject {
  readonly kind: string;
  readonly name: string;
}

/** Named `kind name` of what it is on. */
export interface CatalogComment extends CatalogObject {
  readonly on: AnnotatedObject;
  readonly text: string;
}

/** Named `kind name provider`. */
export interface CatalogSecurityLabel extends CatalogObject {
  readonly on: AnnotatedObject;
  readonly provider: string;
  readonly label: string;
}

/**
 * How the privileges of one role on one object differ from what it would have if nobody had ever granted or revoked
 * anything. An object whose ACL is unset, and one whose ACL spells out the default, have no entry.
 * Named `kind name to grantee`, with `by grantor` behind it when that is not the owner.
 */
export interface CatalogGrant extends CatalogObject {
  readonly on: AnnotatedObject;
  /** `PUBLIC` for everybody. */
  readonly grantee: string;
  /** Absent: the owner. */
  readonly grantor?: string;
  /** Beyond the default, sorted: `SELECT`, `UPDATE with grant option`. */
  readonly granted: readonly string[];
  /** Of the default, taken away. */
  readonly revoked: readonly string[];
}

/** `ALTER DEFAULT PRIVILEGES`, one entry a grantee. Named `kind [in schema] of role to grantee`. */
export interface CatalogDefaultPrivilege extends CatalogObject {
  /** Whose future objects. */
  readonly role: string;
  /** Absent: in every schema. */
  readonly schema?: string;
  readonly objects: "tables" | "sequences" | "functions" | "types" | "schemas" | "large objects";
  readonly grantee: string;
  readonly granted: readonly string[];
  readonly revoked: readonly string[];
}

/** Something the database holds that a catalog has no entries for. */
export interface UnsupportedObject extends CatalogObject {
  /** What it is: `large object`, `database setting`, …. */
  readonly kind: string;
}
