import { fieldsOf, isFields, listOf, stringOf, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { checkExpression } from "../picture/check-expression.js";
import { hasStorage, isPartitioned, type Relation, relationName } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { lockTreeOf } from "./lock-tree.js";
import type { Subcommand } from "./subcommand.js";

/** Locks, scans and marks the columns of the tree. Also what PRIMARY KEY does to its columns. */
export function requireNotNull(subcommand: Subcommand, draft: EffectDraft, name: string): void {
  const { context, relation, recurses } = subcommand;
  const own = relation.columns.get(name);
  // Children of a partitioned table whose column is NOT NULL have it too, so that they are not even locked; since
  // PostgreSQL 18 the same holds for every parent whose constraint is inherited.
  const isSettled = own?.notNull === true && (isPartitioned(relation) || context.version >= 18);
  const tree =
    isSettled && recurses && !hasUnprovenNotNull(relation, name) ? [relation] : lockTreeOf(subcommand, draft);
  for (const one of tree) {
    const column = one.columns.get(name);
    const isUnproven = hasUnprovenNotNull(one, name);
    const isProven = column?.notNull === true && !isUnproven;
    // A NOT NULL that is there and not valid is validated, whatever a CHECK says.
    if (!isProven && (isUnproven || !provesNotNull(one, name, context))) {
      draft.scan(one, "not_null");
      if (!one.bornHere && (one.known ? hasStorage(one) : true)) {
        draft.requires.push({ kind: "not_null", relation: relationName(one), column: name });
      }
      if (!one.known) draft.assume(`no valid CHECK (${name} IS NOT NULL) proves it, and the column is nullable`);
    }
    if (column !== undefined) column.notNull = true;
  }
}

function hasUnprovenNotNull(relation: Relation, column: string): boolean {
  return [...relation.constraints.values()].some(
    (one) => one.kind === "not null" && one.columns.includes(column) && !one.validated,
  );
}

/** True when a valid CHECK says `column IS NOT NULL` (of a row: `IS DISTINCT FROM NULL`), alone or as a part of an AND. */
export function provesNotNull(relation: Relation, column: string, context: StatementContext): boolean {
  for (const constraint of relation.constraints.values()) {
    const text = constraint.validated && constraint.enforced ? checkExpression(constraint) : undefined;
    if (text === undefined || !/is (not|distinct from) null/i.test(text)) continue;
    const select = context.grammar.statements(`select ${text}`)?.[0];
    const target = fieldsOf(listOf(select?.fields.targetList)[0], "ResTarget");
    if (saysNotNull(target?.val, column)) return true;
  }
  return false;
}

function saysNotNull(expression: TreeValue | undefined, column: string): boolean {
  const both = fieldsOf(expression, "BoolExpr");
  if (both?.boolop === "AND_EXPR") return listOf(both.args).some((part) => saysNotNull(part, column));
  const test = fieldsOf(expression, "NullTest");
  const distinct = fieldsOf(expression, "A_Expr");
  const isDistinct = distinct?.kind === "AEXPR_DISTINCT" && fieldsOf(distinct.rexpr, "A_Const")?.isnull === true;
  if (test?.nulltesttype !== "IS_NOT_NULL" && !isDistinct) return false;
  const parts = listOf(fieldsOf(isDistinct ? distinct.lexpr : test?.arg, "ColumnRef")?.fields);
  const last = parts.at(-1);
  return isFields(last) && isFields(last.String) && quoteIdentifier(stringOf(last.String.sval) ?? "") === column;
}
