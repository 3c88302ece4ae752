import type { ColumnRules } from "./column-text.js";

/**
 * How the rows of one catalog become facts. Every column the server's catalog has is a fact under its own name, unless
 * it is left out here with the reason. In all SQL, `x` is the row; the sets that `observation-sets.ts` names may be used.
 */
export interface ObservedCatalog extends ColumnRules {
  readonly catalog: string;
  readonly since?: number;
  /** Which object the facts are about: class, oid and column number. Absent: the row's own. */
  readonly about?: readonly [classid: string, objid: string, objsubid: string];
  /** The oid, for roles that may not read the row's own. */
  readonly oidElsewhere?: string;
  /** Which rows are schema of this database. */
  readonly where: string;
  /** The column with the owner, told under one name for all kinds. */
  readonly owner?: string;
  /** `kind` is the letter the server knows the kind by, as SQL; `owner` is only said where the row does not. */
  readonly acl?: { readonly column: string; readonly owner?: string; readonly kind: string };
  /** What no column says: what PostgreSQL prints for it, and what has to be put otherwise than it stands there. */
  readonly asked?: Readonly<Record<string, string | { readonly since: number; readonly sql: string }>>;
  readonly leftOut: Readonly<Record<string, Reason>>;
}

/** Why a column is no fact of its own. */
export type Reason =
  | "names the object"
  | "printed by the server under another fact"
  | "told under another fact"
  | "follows from other facts"
  | "how it is stored now"
  | "data"
  | "says how it came to be, and changes nothing"
  | "a secret, or of the environment";

export const names: Reason = "names the object";
export const printed: Reason = "printed by the server under another fact";
export const elsewhere: Reason = "told under another fact";
export const follows: Reason = "follows from other facts";
export const stored: Reason = "how it is stored now";
export const data: Reason = "data";
export const history: Reason = "says how it came to be, and changes nothing";
export const environment: Reason = "a secret, or of the environment";
