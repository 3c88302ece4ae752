import type { RowChange } from "@confiture/model";
import {
  fieldsIn,
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
  walkTree,
} from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { shapeOf } from "../picture/index-shape.js";
import { type Relation, withDescendants } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import type { Written } from "./written.js";

/** A LIMIT above it picks no few rows. */
const fewRows = 10_000;

interface RowStatement {
  readonly fields: TreeFields;
  readonly target: Relation;
  readonly written: Written;
  /** Relations whose rows the statement was seen to write, its target and what keys and views bring along. */
  readonly writes: readonly Relation[];
}

/** Notes which rows a statement writes: few where its text bounds them, else any. */
export function noteRowChanges(statement: RowStatement, draft: EffectDraft, context: StatementContext): void {
  const { fields, target, written, writes } = statement;
  // A body may hold a loop.
  const inserts = !context.isInside && insertsFew(fields) ? "few" : "any";
  const changes = !context.isInside && picksFew(fields, target, context) ? "few" : "any";
  const tree = withDescendants(target);
  for (const one of writes) {
    // A view has no rows of its own, and those of partitions are the partitioned table's.
    if (one.kind === "sequence" || one.kind === "view" || isPartOf(one, writes)) continue;
    const isOwn = tree.includes(one);
    const note = (what: RowChange["what"], rows: RowChange["rows"]) =>
      // How many rows refer to one that goes, nothing in the text tells.
      draft.changeRows(one, what, isOwn ? rows : "any");
    if (written.insert !== undefined && isOwn) note("insert", inserts);
    if (written.update !== undefined) note("update", written.insert === undefined ? changes : inserts);
    if (written.delete === true) note("delete", changes);
  }
}

/** VALUES, and a query that reads nothing and calls nothing. */
function insertsFew({ selectStmt }: TreeFields): boolean {
  const query = fieldsOf(selectStmt, "SelectStmt");
  if (query === undefined || listOf(query.valuesLists).length > 0) return true;
  const isPlain = listOf(query.fromClause).length === 0 && query.larg === undefined;
  return isPlain && ![...walkTree(query.targetList)].some(({ tag }) => tag === "FuncCall");
}

/** True when the condition gives every column of a key a constant, or takes keys or places from a query with a LIMIT. */
function picksFew(fields: TreeFields, target: Relation, context: StatementContext): boolean {
  const conditions = conjuncts(fields.whereClause);
  if (conditions.some((one) => fieldsOf(one, "CurrentOfExpr") !== undefined)) return true;
  const keys = [["ctid"], ...keysOf(target, context)];
  const own = ownNames(fields, target);
  const covers = (columns: readonly string[]) => keys.some((key) => key.every((column) => columns.includes(column)));
  const fixed = conditions.flatMap((one) => fixedColumn(one, own) ?? []);
  return covers(fixed) || conditions.some((one) => covers(limitedColumns(one, own)));
}

function conjuncts(condition: TreeValue | undefined): readonly TreeValue[] {
  const both = fieldsOf(condition, "BoolExpr");
  if (both?.boolop === "AND_EXPR") return listOf(both.args).flatMap(conjuncts);
  return condition === undefined ? [] : [condition];
}

/** Columns that no two rows have in common. */
function keysOf(target: Relation, context: StatementContext): readonly (readonly string[])[] {
  return [...target.indexes].flatMap((index) => {
    const shape = shapeOf(index, context.grammar);
    const isKey = index.unique && index.valid && shape.where === undefined && !shape.hasExpressions;
    return isKey && shape.columns.length > 0 ? [shape.columns] : [];
  });
}

/** How a column of the target is spelled: beside other relations only with its name in front. */
function ownNames(fields: TreeFields, target: Relation) {
  const isAlone = listOf(fields.fromClause).length + listOf(fields.usingClause).length === 0;
  const alias = stringOf(fieldsOf({ alias: isAliased(fields) }, "alias")?.aliasname);
  const name = alias === undefined ? target.bare : quoteIdentifier(alias);
  return (qualifier: string | undefined) => (qualifier === undefined ? isAlone : qualifier === name);
}

function isAliased(fields: TreeFields): TreeValue {
  return isFields(fields.relation) && isFields(fields.relation.alias) ? fields.relation.alias : null;
}

type IsOwn = ReturnType<typeof ownNames>;

function columnOf(expression: TreeValue | undefined, isOwn: IsOwn): string | undefined {
  const parts = listOf(fieldsOf(expression, "ColumnRef")?.fields).map(stringNode);
  const [column, qualifier] = [parts.at(-1), parts.at(-2)];
  if (column === undefined || !isOwn(qualifier === undefined ? undefined : quoteIdentifier(qualifier)))
    return undefined;
  return quoteIdentifier(column);
}

/** The column of `column = 5`, `column in (5, 6)` and `column = any ('{5,6}')`. */
function fixedColumn(condition: TreeValue, isOwn: IsOwn): string | undefined {
  const comparison = fieldsOf(condition, "A_Expr");
  if (comparison === undefined || stringNode(listOf(comparison.name)[0]) !== "=") return undefined;
  if (!["AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"].includes(String(comparison.kind))) return undefined;
  const isFixed = isConstant(comparison.rexpr);
  return isFixed ? columnOf(comparison.lexpr, isOwn) : undefined;
}

function isConstant(value: TreeValue | undefined): boolean {
  const list = fieldsOf(value, "List")?.items ?? fieldsOf(value, "A_ArrayExpr")?.elements;
  if (list !== undefined) return listOf(list).every(isConstant);
  const cast = fieldsOf(value, "TypeCast");
  if (cast !== undefined) return isConstant(cast.arg);
  return fieldsOf(value, "A_Const") !== undefined || fieldsOf(value, "ParamRef") !== undefined;
}

/** The columns of `key in (select … limit 1000)` and `ctid = any (array(select … limit 1000))`. */
function limitedColumns(condition: TreeValue, isOwn: IsOwn): readonly string[] {
  const comparison = fieldsOf(condition, "A_Expr");
  const isAny = comparison?.kind === "AEXPR_OP_ANY" && stringNode(listOf(comparison.name)[0]) === "=";
  const link = fieldsOf(isAny ? comparison.rexpr : condition, "SubLink");
  if (link === undefined || link.subLinkType !== (isAny ? "ARRAY_SUBLINK" : "ANY_SUBLINK")) return [];
  const limit = fieldsOf(fieldsOf(link.subselect, "SelectStmt")?.limitCount, "A_Const")?.ival;
  const count = isFields(limit) ? Number(limit.ival ?? 0) : Number.POSITIVE_INFINITY;
  if (!(count <= fewRows) || listOf(link.operName).length > 0) return [];
  const subject = isAny ? comparison.lexpr : link.testexpr;
  const row = fieldsOf(subject, "RowExpr");
  const columns = row === undefined ? [subject] : listOf(row.args);
  return columns.flatMap((one) => columnOf(one, isOwn) ?? []);
}

const loops: ReadonlySet<string> = new Set([
  "PLpgSQL_stmt_loop",
  "PLpgSQL_stmt_while",
  "PLpgSQL_stmt_fori",
  "PLpgSQL_stmt_fors",
  "PLpgSQL_stmt_dynfors",
  "PLpgSQL_stmt_foreach_a",
]);

/** True when a loop of the body commits at each turn: its rows are held for one turn, not to the end. */
export function commitsInLoop(body: TreeValue | undefined): boolean {
  return [...walkTree(body)].some(
    ({ tag, fields }) => loops.has(tag) && fieldsIn(fields.body, "PLpgSQL_stmt_commit").length > 0,
  );
}

function isPartOf({ partition }: Relation, writes: readonly Relation[]): boolean {
  return partition !== undefined && writes.includes(partition.of);
}
