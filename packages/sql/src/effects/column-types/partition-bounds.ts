import type { Grammar } from "../../parse/parse-statement.js";
import {
  fieldsIn,
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
} from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { checkExpression } from "../picture/check-expression.js";
import type { Relation } from "../picture/relation.js";

/** A comparison of a column with a constant, as far as it can be told without the server. */
interface Comparison {
  readonly column: string;
  readonly operator: string;
  readonly value: number | string;
}

/**
 * True when the valid CHECK constraints of a table prove that all its rows fit the bound: then ATTACH PARTITION does not
 * read it. Knows one column, constants, and the comparisons people write for it; the server knows more.
 */
export function checksProveBound(
  table: Relation,
  key: string | undefined,
  bound: TreeFields,
  grammar: Grammar,
): boolean {
  const [, strategy, column] = /^(RANGE|LIST) \(([^(),]+)\)$/.exec(key ?? "") ?? [];
  if (column === undefined || bound.is_default === true) return false;
  const said = [...table.constraints.values()].flatMap((one) => {
    const text = one.validated && one.enforced ? checkExpression(one) : undefined;
    return text === undefined ? [] : conditions(text, grammar);
  });
  const isNotNull =
    table.columns.get(column)?.notNull === true || said.some((one) => "notNull" in one && one.notNull === column);
  const compared = said.flatMap((one) => ("operator" in one && one.column === column ? [one] : []));
  if (!isNotNull) return false;
  return strategy === "RANGE" ? provesRange(compared, bound) : provesList(compared, bound);
}

function provesRange(compared: readonly Comparison[], bound: TreeFields): boolean {
  const lower = bound.lowerdatums === undefined ? undefined : limit(listOf(bound.lowerdatums)[0], "MINVALUE");
  const upper = bound.upperdatums === undefined ? undefined : limit(listOf(bound.upperdatums)[0], "MAXVALUE");
  if (lower === undefined || upper === undefined) return false;
  const above =
    lower === "open" ||
    compared.some(({ operator, value }) => [">=", ">", "="].includes(operator) && notBelow(value, lower));
  const below =
    upper === "open" ||
    compared.some(({ operator, value }) =>
      operator === "<" ? notBelow(upper, value) : ["<=", "="].includes(operator) && isBelow(value, upper),
    );
  return above && below;
}

function provesList(compared: readonly Comparison[], bound: TreeFields): boolean {
  const values = listOf(bound.listdatums).map(constant);
  return compared.some(({ operator, value }) => operator === "=" && values.includes(value));
}

function limit(datum: TreeValue | undefined, open: string): number | string | "open" | undefined {
  const word = stringNode(listOf(fieldsOf(datum, "ColumnRef")?.fields)[0]);
  return word?.toUpperCase() === open ? "open" : constant(datum);
}

function notBelow(value: number | string, limit: number | string): boolean {
  return typeof value === typeof limit && value >= limit;
}

function isBelow(value: number | string, limit: number | string): boolean {
  return typeof value === typeof limit && value < limit;
}

type Condition = Comparison | { readonly notNull: string };

/** The parts of an AND that compare a column with a constant, or say that it is not NULL. */
function conditions(text: string, grammar: Grammar): readonly Condition[] {
  const select = grammar.statements(`select ${text}`)?.[0];
  return partsOf(fieldsIn(select?.fields.targetList, "ResTarget")[0]?.val).flatMap((part): readonly Condition[] => {
    const test = fieldsOf(part, "NullTest");
    if (test?.nulltesttype === "IS_NOT_NULL") return [{ notNull: columnOf(test.arg) ?? "" }];
    const comparison = fieldsOf(part, "A_Expr");
    const [column, value] = [columnOf(comparison?.lexpr), constant(comparison?.rexpr)];
    const operator = stringNode(listOf(comparison?.name)[0]);
    return column === undefined || value === undefined || operator === undefined ? [] : [{ column, operator, value }];
  });
}

function partsOf(expression: TreeValue | undefined): readonly (TreeValue | undefined)[] {
  const both = fieldsOf(expression, "BoolExpr");
  return both?.boolop === "AND_EXPR" ? listOf(both.args).flatMap(partsOf) : [expression];
}

function columnOf(expression: TreeValue | undefined): string | undefined {
  const name = stringNode(listOf(fieldsOf(expression, "ColumnRef")?.fields).at(-1));
  return name === undefined ? undefined : quoteIdentifier(name);
}

function constant(expression: TreeValue | undefined): number | string | undefined {
  const cast = fieldsOf(expression, "TypeCast");
  if (cast !== undefined) return constant(cast.arg);
  const value = fieldsOf(expression, "A_Const");
  if (isFields(value?.ival)) return Number(value.ival.ival ?? 0);
  if (isFields(value?.fval)) return Number(stringOf(value.fval.fval));
  return isFields(value?.sval) ? (stringOf(value.sval.sval) ?? "") : undefined;
}
