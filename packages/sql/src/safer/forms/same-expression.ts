import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, isFields, listOf, type TreeValue } from "../../parse/parse-tree.js";

/** Whether two conditions are the same but for casts of constants and parentheses, as the server prints what was written. */
export function sameCondition(a: string, b: string, grammar: Grammar): boolean {
  const [left, right] = [shapeOfCondition(a, grammar), shapeOfCondition(b, grammar)];
  return left !== undefined && left === right;
}

function shapeOfCondition(text: string, grammar: Grammar): string | undefined {
  const select = grammar.statements(`select ${text}`)?.[0];
  const target = fieldsOf(listOf(select?.fields.targetList)[0], "ResTarget");
  return target === undefined ? undefined : JSON.stringify(bare(target.val));
}

function bare(value: TreeValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isFields(value)) return value;
  const cast = fieldsOf(value, "TypeCast");
  if (cast !== undefined) return bare(cast.arg);
  const constant = fieldsOf(value, "A_Const");
  if (constant !== undefined) return `constant ${constantText(constant)}`;
  // `x in (1, 2)` is printed as `x = any (array[1, 2])`.
  const comparison = fieldsOf(value, "A_Expr");
  if (comparison?.kind === "AEXPR_IN") return ["any", bare(comparison.lexpr), listItems(comparison.rexpr)];
  if (comparison?.kind === "AEXPR_OP_ANY") return ["any", bare(comparison.lexpr), listItems(comparison.rexpr)];
  return Object.entries(value)
    .filter(([field]) => field !== "location")
    .map(([field, inner]) => [field, bare(inner)]);
}

function listItems(value: TreeValue | undefined): unknown {
  const cast = fieldsOf(value, "TypeCast");
  if (cast !== undefined) return listItems(cast.arg);
  const array = fieldsOf(value, "A_ArrayExpr");
  const list = fieldsOf(value, "List");
  return listOf(array?.elements ?? list?.items ?? value).map(bare);
}

function constantText(constant: Readonly<Record<string, unknown>>): string {
  for (const kind of ["ival", "fval", "sval", "boolval"]) {
    const inner = constant[kind];
    if (typeof inner !== "object" || inner === null) continue;
    const [text] = Object.values(inner);
    return String(text ?? (kind === "ival" ? 0 : ""));
  }
  return "null";
}
