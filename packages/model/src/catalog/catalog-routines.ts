import type { CatalogObject, OwnedObject, SchemaObject } from "./catalog-object.js";

/** A function or procedure, named by its signature: `public.area(numeric,numeric)`. */
export interface CatalogFunction extends SchemaObject {
  readonly kind: "function" | "procedure" | "window function";
  /** What `pg_get_functiondef` prints. */
  readonly definition: string;
  readonly identityArguments: string;
  /** Absent for procedures. */
  readonly result?: string;
  readonly language: string;
  /** The extensions of `DEPENDS ON EXTENSION`, sorted. */
  readonly dependsOnExtensions?: readonly string[];
}

export interface CatalogAggregate extends SchemaObject {
  readonly arguments: string;
  readonly result: string;
  readonly variant: "normal" | "ordered-set" | "hypothetical-set";
  readonly directArguments: number;
  readonly parallel: "safe" | "restricted" | "unsafe";
  /** What stands in the parentheses of CREATE AGGREGATE, for those that are set: `sfunc`, `stype`, `initcond`, …. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface CatalogOperator extends SchemaObject {
  readonly left?: string;
  readonly right: string;
  readonly result: string;
  readonly function: string;
  readonly commutator?: string;
  readonly negator?: string;
  readonly restrict?: string;
  readonly join?: string;
  readonly merges: boolean;
  readonly hashes: boolean;
}

/** Named `schema.family using method`. */
export interface CatalogOperatorFamily extends SchemaObject {
  readonly accessMethod: string;
  /** In strategy order, without those that came with an operator class: they go with it. */
  readonly operators: readonly string[];
  readonly functions: readonly string[];
}

export interface CatalogOperatorClass extends SchemaObject {
  readonly accessMethod: string;
  readonly family: string;
  readonly type: string;
  readonly default: boolean;
  readonly storage?: string;
  /** Its own members, in strategy order. */
  readonly operators: readonly string[];
  readonly functions: readonly string[];
}

/** Named `(source as target)`. */
export interface CatalogCast extends CatalogObject {
  readonly method: "function" | "inout" | "binary";
  readonly function?: string;
  readonly context: "explicit" | "assignment" | "implicit";
}

export interface CatalogLanguage extends OwnedObject {
  readonly trusted: boolean;
  readonly handler?: string;
  readonly inline?: string;
  readonly validator?: string;
}

/** Named `for type language name`. */
export interface CatalogTransform extends CatalogObject {
  readonly fromSql?: string;
  readonly toSql?: string;
}

export interface CatalogAccessMethod extends CatalogObject {
  readonly type: "index" | "table";
  readonly handler: string;
}

export interface CatalogCollation extends SchemaObject {
  readonly provider: "default" | "libc" | "icu" | "builtin";
  readonly deterministic: boolean;
  readonly collate?: string;
  readonly ctype?: string;
  /** PostgreSQL 15+ keeps the locale of ICU apart; before, it is read from `collate`. */
  readonly locale?: string;
  readonly rules?: string;
}

export interface CatalogConversion extends SchemaObject {
  readonly from: string;
  readonly to: string;
  readonly function: string;
  readonly default: boolean;
}
