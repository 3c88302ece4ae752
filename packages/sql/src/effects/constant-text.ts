import type { Grammar } from "../parse/parse-statement.js";
import { fieldsOf, isFields, listOf, stringNode, stringOf, type TreeValue } from "../parse/parse-tree.js";

/** The text of a constant, with a cast or without. */
export function constantText(value: TreeValue | undefined): string | undefined {
  const constant = fieldsOf(value, "A_Const");
  if (isFields(constant?.sval)) return stringOf(constant.sval.sval) ?? "";
  const cast = fieldsOf(value, "TypeCast");
  return cast === undefined ? undefined : constantText(cast.arg);
}

/** The text an SQL expression stands for when it is put together of constants alone: `'drop table ' || $$t$$`. */
export function constantExpression(expression: string, grammar: Grammar): string | undefined {
  const [select, ...others] = grammar.statements(`select ${expression}`) ?? [];
  const [target, ...rest] = listOf(select?.fields.targetList);
  if (others.length + rest.length > 0 || select?.fields.fromClause !== undefined) return undefined;
  return joinedConstants(fieldsOf(target, "ResTarget")?.val);
}

function joinedConstants(value: TreeValue | undefined): string | undefined {
  const operation = fieldsOf(value, "A_Expr");
  if (operation === undefined) return constantOfText(value);
  if (operation.kind !== "AEXPR_OP" || stringNode(listOf(operation.name).at(-1)) !== "||") return undefined;
  const [left, right] = [joinedConstants(operation.lexpr), joinedConstants(operation.rexpr)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** A cast to anything but text may make another text of it. */
function constantOfText(value: TreeValue | undefined): string | undefined {
  const cast = fieldsOf(value, "TypeCast");
  if (cast === undefined) return constantText(value);
  const type = isFields(cast.typeName) ? cast.typeName : {};
  const isText = stringNode(listOf(type.names).at(-1)) === "text" && listOf(type.arrayBounds).length === 0;
  return isText ? joinedConstants(cast.arg) : undefined;
}
