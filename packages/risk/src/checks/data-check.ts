import type { DataRequirement } from "@confiture/model";

/** Whether the rows that are there satisfy a requirement. */
export type DataCheck =
  | { readonly kind: "satisfied"; readonly requirement: DataRequirement; readonly query: string }
  | {
      readonly kind: "violated";
      readonly requirement: DataRequirement;
      /** Rows that violate it; of duplicates, all rows that have one. */
      readonly rows: number;
      /** False: at least so many; counting them all took too long, or one failure ended it. */
      readonly exact: boolean;
      /** Some of them. */
      readonly sample: readonly RowKey[];
      readonly query: string;
    }
  | { readonly kind: "not_inspected"; readonly requirement: DataRequirement; readonly because: string };

/** Where a row is. */
export interface RowKey {
  /** The partition or child table that holds it. */
  readonly relation: string;
  /** Its place in the file, `(block,line)`: good until the row is updated or the table written anew. */
  readonly ctid: string;
  /** The values of the primary key's columns as text; only when asked for, because they are row values. */
  readonly primaryKey?: Readonly<Record<string, string>>;
}

/** The requirement as people say it. */
export function describeRequirement(requirement: DataRequirement): string {
  switch (requirement.kind) {
    case "not_null":
      return `${requirement.column} of ${requirement.relation} is not null`;
    case "check":
      return `a check on ${requirement.relation} holds`;
    case "unique":
      return `(${requirement.columns.join(", ")}) of ${requirement.relation} is unique`;
    case "foreign_key":
      return `(${requirement.columns.join(", ")}) of ${requirement.relation} is found in ${requirement.references}`;
    case "castable":
      return `${requirement.column} of ${requirement.relation} can be read as ${requirement.type}`;
    default:
      return requirement satisfies never;
  }
}
