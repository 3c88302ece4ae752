import { listOf, stringNode, stringOf, type TreeFields, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { PartInput } from "./part.js";

/** A constraint that is added, to the table or behind a new column. */
export interface AddedConstraint {
  /** The fields of the `Constraint` node. */
  readonly fields: TreeFields;
  /** Its text from CHECK, FOREIGN KEY, … on, attributes included, without CONSTRAINT and name. */
  readonly definition: string;
  /** The new column it stands behind, as SQL. */
  readonly column?: string;
  /** What follows it behind a column: DEFERRABLE and the like. */
  readonly attributes: readonly TreeFields[];
}

export type ConstraintInput = Pick<PartInput, "context" | "target" | "alter">;

/** The text of a constraint without `CONSTRAINT name`. */
export function withoutName(text: string): string {
  return text.replace(/^constraint\s+(?:(?:U&)?"(?:[^"]|"")*"|[^\s"]+)\s*/i, "");
}

/** The name somebody wrote, or else the one PostgreSQL would choose. As SQL. */
export function nameOr(fields: TreeFields, choose: () => string): string {
  const written = stringOf(fields.conname);
  return written === undefined ? choose() : quoteIdentifier(written);
}

/** Columns an expression over one table mentions, without quotes. */
export function columnsOf(expression: TreeValue | undefined): readonly string[] {
  const names: string[] = [];
  for (const { tag, fields } of walkTree(expression)) {
    const last = tag === "ColumnRef" ? stringNode(listOf(fields.fields).at(-1)) : undefined;
    if (last !== undefined) names.push(last);
  }
  return names;
}
