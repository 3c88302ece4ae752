import type { Grammar } from "../../parse/parse-statement.js";
import {
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
import type { Index, IndexShape } from "./relation.js";

/** The shape of an index, read from its definition the first time. */
export function shapeOf(index: Index, grammar: Grammar): IndexShape {
  if (index.shape === undefined) {
    const node = index.definition === undefined ? undefined : grammar.statements(index.definition)?.[0];
    index.shape =
      node === undefined
        ? { method: "btree", columns: [], uses: new Set(), hasExpressions: false }
        : readIndexShape(node.fields, index.definition!);
  }
  return index.shape;
}

/** From the fields of an `IndexStmt`. `text`: the statement its locations count in. */
export function readIndexShape(fields: TreeFields, text: string): IndexShape {
  const uses = new Set<string>();
  const columns: string[] = [];
  let hasExpressions = false;
  for (const parameter of listOf(fields.indexParams)) {
    const element = fieldsOf(parameter, "IndexElem");
    const name = stringOf(element?.name);
    if (name !== undefined) {
      columns.push(quoteIdentifier(name));
      uses.add(quoteIdentifier(name));
    } else {
      hasExpressions = true;
      columns.push("expression");
      for (const column of columnNames(element?.expr)) uses.add(column);
    }
  }
  for (const parameter of listOf(fields.indexIncludingParams)) {
    const name = stringOf(fieldsOf(parameter, "IndexElem")?.name);
    if (name !== undefined) uses.add(quoteIdentifier(name));
  }
  for (const column of columnNames(fields.whereClause)) uses.add(column);
  const where = isFields(fields.whereClause) ? /\bwhere\b([\s\S]*)$/i.exec(text)?.[1]?.trim() : undefined;
  return {
    method: stringOf(fields.accessMethod) ?? "btree",
    columns,
    uses,
    hasExpressions,
    ...(where === undefined ? {} : { where }),
  };
}

/** Columns an expression over one relation mentions. */
export function columnNames(expression: TreeValue | undefined): readonly string[] {
  const names: string[] = [];
  for (const { tag, fields } of walkTree(expression)) {
    if (tag !== "ColumnRef") continue;
    const last = stringNode(listOf(fields.fields).at(-1));
    if (last !== undefined) names.push(quoteIdentifier(last));
  }
  return names;
}
