import type { SchemaObject } from "./catalog-object.js";

/** A type somebody created. The row types of tables and the array types belong to what they were made for. */
export type CatalogType =
  | CatalogEnum
  | CatalogCompositeType
  | CatalogDomain
  | CatalogRangeType
  | CatalogBaseType
  | CatalogShellType;

export interface CatalogEnum extends SchemaObject {
  readonly kind: "enum";
  /** In their sort order. */
  readonly labels: readonly string[];
}

export interface CatalogCompositeType extends SchemaObject {
  readonly kind: "composite type";
  readonly attributes: readonly { readonly attribute: string; readonly type: string; readonly collation?: string }[];
}

/** A domain; its CHECK constraints are entries of their own. */
export interface CatalogDomain extends SchemaObject {
  readonly kind: "domain";
  readonly type: string;
  readonly notNull: boolean;
  readonly default?: string;
  /** Absent: the collation of the base type. */
  readonly collation?: string;
}

export interface CatalogRangeType extends SchemaObject {
  readonly kind: "range";
  readonly subtype: string;
  readonly operatorClass: string;
  readonly collation?: string;
  readonly canonical?: string;
  readonly subtypeDiff?: string;
  /** PostgreSQL 14+. */
  readonly multirange?: string;
}

export interface CatalogBaseType extends SchemaObject {
  readonly kind: "base type";
  /** Input, output, receive, send, typmod_in, typmod_out, analyze, subscript: those that are set. */
  readonly functions: Readonly<Record<string, string>>;
  /** Bytes; -1 variable, -2 a C string. */
  readonly length: number;
  readonly byValue: boolean;
  readonly alignment: string;
  readonly storage: string;
  readonly category: string;
  readonly preferred: boolean;
  readonly delimiter: string;
  readonly default?: string;
  readonly element?: string;
  readonly collatable: boolean;
}

/** `CREATE TYPE name;`: declared, not yet defined. */
export interface CatalogShellType extends SchemaObject {
  readonly kind: "shell type";
}
