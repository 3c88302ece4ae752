import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsIn, fieldsOf, listOf, stringNode, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { checkExpression } from "../picture/check-expression.js";
import type { Picture } from "../picture/picture.js";
import type { Relation } from "../picture/relation.js";
import { type Compare, compareIn, constantOfType } from "./comparable-constant.js";
import { type ColumnType, parseType } from "./type-name.js";

/** A part of a CHECK: the column beside one of these values, or not NULL. */
type Condition = { readonly operator: string; readonly values: readonly string[] } | { readonly operator: "not null" };

interface Key {
  readonly column: string;
  readonly type: ColumnType;
  readonly compare: Compare;
  readonly picture: Picture;
}

/**
 * True when the valid CHECK constraints of a table prove that all its rows fit the bound: then ATTACH PARTITION does not
 * read it. Knows one column in its own collation, constants, and the comparisons people write for it; the server knows
 * more.
 */
export function checksProveBound(
  table: Relation,
  partitionKey: string | undefined,
  bound: TreeFields,
  { picture, grammar }: { readonly picture: Picture; readonly grammar: Grammar },
): boolean {
  const [, strategy, name] = /^(RANGE|LIST) \(([^(),]+)\)$/.exec(partitionKey ?? "") ?? [];
  const column = name === undefined ? undefined : table.columns.get(name);
  const type = column?.type === undefined ? undefined : parseType(column.type, picture, grammar);
  if (column === undefined || type === undefined || bound.is_default === true) return false;
  const key: Key = { column: column.name, type, compare: compareIn(type, column.collation), picture };
  const said = [...table.constraints.values()].flatMap((one) => {
    const text = one.validated && one.enforced ? checkExpression(one) : undefined;
    return text === undefined ? [] : conditions(text, key, grammar);
  });
  if (!column.notNull && !said.some(({ operator }) => operator === "not null")) return false;
  return strategy === "RANGE" ? provesRange(said, bound, key) : provesList(said, bound, key);
}

function provesRange(said: readonly Condition[], bound: TreeFields, key: Key): boolean {
  const lower = limit(bound.lowerdatums, "MINVALUE", key);
  const upper = limit(bound.upperdatums, "MAXVALUE", key);
  if (lower === undefined || upper === undefined) return false;
  const holds = (operators: readonly string[], test: (value: string) => boolean) =>
    said.some((one) => "values" in one && operators.includes(one.operator) && one.values.every(test));
  const { compare } = key;
  const isAbove = (value: string) => (compare(value, lower.value) ?? -1) >= 0;
  const isBelow = (value: string) => (compare(value, upper.value) ?? 1) < 0;
  const isAtMost = (value: string) => (compare(value, upper.value) ?? 1) <= 0;
  return (
    (lower.isOpen || holds([">=", ">", "="], isAbove)) &&
    (upper.isOpen || holds(["<"], isAtMost) || holds(["<=", "="], isBelow))
  );
}

function provesList(said: readonly Condition[], bound: TreeFields, { compare, type, picture }: Key): boolean {
  const listed = listOf(bound.listdatums).flatMap((datum) => constantOfType(datum, type, picture) ?? []);
  const isListed = (value: string) => listed.some((one) => compare(value, one) === 0);
  return said.some((one) => "values" in one && one.operator === "=" && one.values.every(isListed));
}

interface Limit {
  readonly isOpen: boolean;
  readonly value: string;
}

function limit(datums: TreeValue | undefined, open: string, { type, picture }: Key): Limit | undefined {
  const [datum, ...others] = listOf(datums);
  if (others.length > 0) return undefined;
  const word = stringNode(listOf(fieldsOf(datum, "ColumnRef")?.fields)[0]);
  if (word?.toUpperCase() === open) return { isOpen: true, value: "" };
  const value = constantOfType(datum, type, picture);
  return value === undefined ? undefined : { isOpen: false, value };
}

/** The parts of an AND that compare the column with constants, or say that it is not NULL. */
function conditions(text: string, key: Key, grammar: Grammar): readonly Condition[] {
  const select = grammar.statements(`select ${text}`)?.[0];
  return partsOf(fieldsIn(select?.fields.targetList, "ResTarget")[0]?.val).flatMap((part): readonly Condition[] => {
    const test = fieldsOf(part, "NullTest");
    if (test !== undefined)
      return test.nulltesttype === "IS_NOT_NULL" && isColumn(test.arg, key) ? [{ operator: "not null" }] : [];
    const comparison = fieldsOf(part, "A_Expr");
    const operator = stringNode(listOf(comparison?.name)[0]);
    if (comparison === undefined || operator === undefined || !isColumn(comparison.lexpr, key)) return [];
    const written = comparedWith(comparison);
    const values = written.flatMap((one) => constantOfType(one, key.type, key.picture) ?? []);
    return values.length === written.length && values.length > 0 ? [{ operator, values }] : [];
  });
}

/** `k >= 1`, `k in (1, 2)`, and the same as the server prints it: `k = any (array[1, 2])`. */
function comparedWith({ kind, rexpr }: TreeFields): readonly (TreeValue | undefined)[] {
  if (kind === "AEXPR_OP") return [rexpr];
  if (kind === "AEXPR_IN") return listOf(fieldsOf(rexpr, "List")?.items ?? rexpr);
  return kind === "AEXPR_OP_ANY" ? listOf(fieldsOf(rexpr, "A_ArrayExpr")?.elements) : [];
}

function partsOf(expression: TreeValue | undefined): readonly (TreeValue | undefined)[] {
  const both = fieldsOf(expression, "BoolExpr");
  return both?.boolop === "AND_EXPR" ? listOf(both.args).flatMap(partsOf) : [expression];
}

function isColumn(expression: TreeValue | undefined, { column }: Key): boolean {
  const name = stringNode(listOf(fieldsOf(expression, "ColumnRef")?.fields).at(-1));
  return name !== undefined && quoteIdentifier(name) === column;
}
