import type { TreeNode } from "../../parse/parse-tree.js";

/** Everything with rows or columns that can be locked, except indexes. */
export type RelationKind =
  | "table"
  | "partitioned table"
  | "foreign table"
  | "view"
  | "materialized view"
  | "sequence"
  | "composite type";

/** A relation of the picture. Mutable: statements change it. Names are spelled as SQL spells them. */
export interface Relation {
  schema: string;
  /** Without the schema. */
  bare: string;
  kind: RelationKind;
  /** Made by an earlier statement: no other session can be waiting for it. */
  readonly bornHere: boolean;
  /** False for a name that no catalog and no earlier statement explains: its columns, indexes and kin are not known. */
  readonly known: boolean;
  owner?: string;
  persistence: "permanent" | "unlogged" | "temporary";
  accessMethod?: string;
  tablespace?: string;
  readonly columns: Map<string, Column>;
  readonly constraints: Map<string, Constraint>;
  readonly indexes: Set<Index>;
  readonly triggers: Map<string, Trigger>;
  readonly policies: Map<string, TextPart>;
  readonly rules: Map<string, TextPart>;
  /** Foreign keys that refer to it, its own included. */
  readonly referencedBy: Set<Reference>;
  /** Sequences owned by its columns. */
  readonly sequences: Set<Relation>;
  /** Names of extended statistics on it. */
  readonly statistics: Map<string, TextPart>;
  /** By INHERITS, or the partitioned table. */
  readonly parents: Set<Relation>;
  readonly children: Set<Relation>;
  partitionKey?: string;
  /** Set exactly when it is a partition. */
  partition?: { of: Relation; bound: string; isDefault: boolean };
  /** The type of `OF type`. */
  ofType?: string;
  /** Of a foreign table: its server. */
  server?: string;
  /** The query of a view or materialized view, as SQL. */
  definition?: string;
  /** The same as a tree, read when somebody asks. */
  query?: TreeNode;
  /** Of a sequence: the column it belongs to. */
  ownedBy?: { relation: Relation; column: string };
  /** True for the sequence behind an identity column. */
  isIdentity?: boolean;
}

export interface Column {
  name: string;
  /** What views made before the first statement call it; absent: as it is called now. */
  writtenAs?: string;
  /** As SQL; parsed where it matters. Absent when it is not known. */
  type?: string;
  notNull: boolean;
  default?: string;
  generated?: { readonly kind: "stored" | "virtual"; expression: string };
  /** The sequence behind an identity column. */
  identity?: Relation;
  collation?: string;
  /** Only from a parent. */
  inherited: boolean;
}

export interface Constraint {
  name: string;
  kind: "check" | "foreign key" | "primary key" | "unique" | "exclude" | "not null";
  /** As pg_get_constraintdef prints it; absent where only an earlier statement told of it in another form. */
  definition?: string;
  columns: readonly string[];
  validated: boolean;
  enforced: boolean;
  references?: Relation;
  referencedColumns?: readonly string[];
  onDelete?: ForeignKeyAction;
  onUpdate?: ForeignKeyAction;
  index?: Index;
  noInherit: boolean;
  inherited: boolean;
  /** A foreign key of a partition that came from the partitioned table's. */
  fromParent: boolean;
}

/** A foreign key and the relation it stands on. */
export interface Reference {
  readonly from: Relation;
  readonly key: Constraint;
}

export type ForeignKeyAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface Index {
  schema: string;
  bare: string;
  /** Its whole name before the statement that is being read, where that gives it another. */
  formerName?: string;
  readonly table: Relation;
  definition?: string;
  unique: boolean;
  valid: boolean;
  /** Read from the definition when somebody asks. */
  shape?: IndexShape;
  /** The constraint it backs. */
  constraint?: Constraint;
  clustered: boolean;
  parent?: Index;
  readonly bornHere: boolean;
}

export interface IndexShape {
  readonly method: string;
  /** Key columns and expressions, as SQL. */
  readonly columns: readonly string[];
  /** Columns of its key, expressions, predicate and INCLUDE. */
  readonly uses: ReadonlySet<string>;
  readonly hasExpressions: boolean;
  /** The same text for two indexes that can stand for each other; absent where none can (an exclusion). */
  readonly match?: string;
  readonly where?: string;
}

export type RowEvent = "insert" | "update" | "delete" | "truncate";

export interface Trigger {
  name: string;
  /** CREATE TRIGGER, as written. */
  readonly definition: string;
  readonly events: ReadonlySet<RowEvent>;
  readonly isForRow: boolean;
  function: string;
  /** The trigger of the partitioned table it was made from. */
  fromParent: boolean;
}

/** A policy, rule or statistics object: a text that may use columns and relations. */
export interface TextPart {
  name: string;
  text?: string;
}

export function relationName({ schema, bare }: { readonly schema: string; readonly bare: string }): string {
  return schema === "" ? bare : `${schema}.${bare}`;
}

export function isPartitioned(relation: Relation): boolean {
  return relation.kind === "partitioned table";
}

/** Relations of kinds that have a heap of their own. */
export function hasStorage({ kind }: Relation): boolean {
  return kind === "table" || kind === "materialized view";
}

/** It and everything below it by inheritance or partitioning, itself first. */
export function withDescendants(relation: Relation): readonly Relation[] {
  const seen = new Set<Relation>([relation]);
  for (const one of seen) for (const child of one.children) seen.add(child);
  return [...seen];
}

/** A table with the partitions its rows are in; tables that only inherit from it hold rows of their own. */
export function withPartitions(relation: Relation): readonly Relation[] {
  return isPartitioned(relation) ? withDescendants(relation) : [relation];
}
