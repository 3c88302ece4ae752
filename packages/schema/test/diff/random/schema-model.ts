/**
 * A schema as its author thinks of it. What belongs together refers to each other by number, so that anything can be
 * renamed, changed or taken away and the rest be put right (`repairSchema`).
 */
export interface SchemaModel {
  readonly version: number;
  /** The next number for anything new. */
  next: number;
  schemas: SchemaPart[];
  types: TypePart[];
  sequences: SequencePart[];
  functions: FunctionPart[];
  tables: TablePart[];
  views: ViewPart[];
  others: OtherPart[];
}

/** What every object has. */
export interface Part {
  readonly id: number;
  /** Not quoted. */
  name: string;
  comment?: string | undefined;
  grants: Grant[];
  owner?: string | undefined;
}

/** One that lives in a schema, by the schema's number. */
export interface PlacedPart extends Part {
  schema: number;
}

export interface Grant {
  readonly privilege: string;
  readonly to: string;
  readonly withOption: boolean;
}

export interface SchemaPart extends Part {
  readonly isPublic: boolean;
}

export type TypePart = PlacedPart &
  (
    | { readonly kind: "enum"; labels: string[] }
    | {
        readonly kind: "domain";
        base: "integer" | "text";
        atLeast?: number | undefined;
        notNull: boolean;
        default?: number | undefined;
      }
    | { readonly kind: "composite"; attributes: { name: string; type: string }[] }
    | { readonly kind: "range"; subtype: string }
  );

export interface SequencePart extends PlacedPart {
  as: string;
  start: number;
  increment: number;
  cycle: boolean;
  ownedBy?: { readonly table: number; readonly column: number } | undefined;
}

export interface FunctionPart extends PlacedPart {
  readonly kind: "number" | "trigger" | "reads table" | "takes type" | "procedure" | "atomic";
  /** Which of its bodies. */
  variant: number;
  language: "sql" | "plpgsql";
  volatility: "immutable" | "stable" | "volatile";
  readonly settings: { definer: boolean; path: boolean; parallel: boolean; cost?: number | undefined };
  table?: number | undefined;
  type?: number | undefined;
}

/** A type of the server's by its name, or one of ours by its number. */
export interface ColumnType {
  readonly builtIn?: string;
  readonly type?: number;
  readonly array: boolean;
}

export type Default =
  | { readonly kind: "literal"; readonly n: number }
  | { readonly kind: "sequence"; readonly id: number }
  | { readonly kind: "function"; readonly id: number };

export interface ColumnPart {
  readonly id: number;
  name: string;
  type: ColumnType;
  notNull: boolean;
  default?: Default | undefined;
  identity?: { always: boolean; start?: number | undefined; increment?: number | undefined } | undefined;
  generated?: { readonly from: number; n: number; virtual: boolean } | undefined;
  collation?: string | undefined;
  storage?: string | undefined;
  compression?: string | undefined;
  statistics?: number | undefined;
  distinct?: number | undefined;
  comment?: string | undefined;
  grants: Grant[];
}

export interface KeyPart {
  readonly id: number;
  name: string;
  columns: number[];
  deferrable: boolean;
  /** Only of unique constraints, since 15. */
  nullsNotDistinct: boolean;
}

export interface CheckPart {
  readonly id: number;
  name: string;
  column: number;
  n: number;
  notValid: boolean;
  noInherit: boolean;
  notEnforced: boolean;
  comment?: string | undefined;
}

export interface ForeignKeyPart {
  readonly id: number;
  name: string;
  columns: number[];
  target: number;
  /** The key over there, by its number. */
  key: number;
  onDelete: string;
  deferrable: string;
  notValid: boolean;
}

export interface IndexPart {
  readonly id: number;
  name: string;
  method: string;
  columns: { column: number; expression: boolean; descending: boolean }[];
  include: number[];
  where?: number | undefined;
  unique: boolean;
  fillfactor?: number | undefined;
  clustered: boolean;
  comment?: string | undefined;
}

export interface TriggerPart {
  readonly id: number;
  name: string;
  timing: "before" | "after";
  events: string[];
  level: "row" | "statement";
  function: number;
  enabled: "enable" | "disable" | "enable always" | "enable replica";
  updateOf?: number | undefined;
  comment?: string | undefined;
}

export interface PolicyPart {
  readonly id: number;
  name: string;
  command: string;
  role: string;
  column: number;
  restrictive: boolean;
  /** A function that the expression calls. */
  function?: number | undefined;
}

export interface StatisticsPart {
  readonly id: number;
  name: string;
  columns: number[];
  kinds: string[];
  target?: number | undefined;
}

export interface PartitionPart {
  readonly id: number;
  name: string;
  slot: number | "default";
  /** What is its own and not its parent's. */
  defaults: { column: number; n: number }[];
  notNull: number[];
  checks: CheckPart[];
  indexes: IndexPart[];
  disabledTriggers: number[];
  fillfactor?: number | undefined;
  comment?: string | undefined;
  grants: Grant[];
  /** By hash into so many. */
  parts: number;
}

export interface TablePart extends PlacedPart {
  readonly kind: "table" | "foreign";
  columns: ColumnPart[];
  primaryKey?: KeyPart | undefined;
  uniques: KeyPart[];
  checks: CheckPart[];
  excludes: { readonly id: number; name: string; column: number }[];
  foreignKeys: ForeignKeyPart[];
  indexes: IndexPart[];
  triggers: TriggerPart[];
  policies: PolicyPart[];
  rules: { readonly id: number; name: string; event: string; comment?: string | undefined }[];
  statistics: StatisticsPart[];
  options: { fillfactor?: number | undefined; autovacuum?: boolean | undefined };
  unlogged: boolean;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  replicaIdentity: "default" | "full" | "nothing";
  /** Inherits from. */
  parent?: number | undefined;
  ofType?: number | undefined;
  partition?: { by: "range" | "list" | "hash"; column: number; parts: PartitionPart[] } | undefined;
}

export interface ViewPart extends PlacedPart {
  materialized: boolean;
  /** A table or another view. */
  from: number;
  /** Columns of a table by their number; of a view, the same numbers come through. */
  columns: number[];
  /** A second table, joined on its first column. */
  join?: number | undefined;
  where?: number | undefined;
  grouped: boolean;
  barrier: boolean;
  checkOption: boolean;
  indexes: IndexPart[];
}

/** Everything else, by kind and variant. */
export interface OtherPart extends PlacedPart {
  readonly kind:
    | "aggregate"
    | "collation"
    | "text search configuration"
    | "text search dictionary"
    | "operator"
    | "cast"
    | "publication"
    | "default privileges"
    | "event trigger"
    | "extension"
    | "server";
  variant: number;
  /** What it is about, where it is about something. */
  about?: number | undefined;
}
