import type { LockMode, OperationKind } from "@confiture/model";
import { stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Relation } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";

/** One subcommand of ALTER TABLE and its kin, with everything a reader needs. */
export interface Subcommand {
  readonly context: StatementContext;
  readonly relation: Relation;
  /** The fields of the `AlterTableCmd`. */
  readonly command: TreeFields;
  readonly kind: OperationKind;
  /** The strongest lock of all subcommands together: PostgreSQL locks everything below with it too. */
  readonly mode: LockMode;
  /** False behind ONLY. */
  readonly recurses: boolean;
  /** Columns and constraints that the same ALTER TABLE drops: the server does that first, wherever it stands. */
  readonly dropped?: ReadonlySet<string>;
}

export type SubcommandReader = (subcommand: Subcommand) => void;

/** The name a subcommand gives (a column, constraint, trigger, …), in our spelling. */
export function namedBy(command: TreeFields): string {
  return quoteIdentifier(stringOf(command.name) ?? "");
}
