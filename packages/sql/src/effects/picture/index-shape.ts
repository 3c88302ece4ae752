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
  const method = stringOf(fields.accessMethod) ?? "btree";
  const match = matchOf({
    method,
    key: listOf(fields.indexParams).map(keyPart),
    included: listOf(fields.indexIncludingParams).map(keyPart),
    where: fields.whereClause,
    nullsNotDistinct: fields.nulls_not_distinct === true,
  });
  return { method, columns, uses, hasExpressions, match, ...(where === undefined ? {} : { where }) };
}

/** The shape of the index behind UNIQUE or PRIMARY KEY: plain columns. */
export function plainShape(
  columns: readonly string[],
  rest: { readonly included?: readonly string[]; readonly nullsNotDistinct?: boolean } = {},
): IndexShape {
  const { included = [], nullsNotDistinct = false } = rest;
  const parts = (names: readonly string[]) => names.map((name) => ({ name }));
  const match = matchOf({ method: "btree", key: parts(columns), included: parts(included), nullsNotDistinct });
  return { method: "btree", columns, uses: new Set([...columns, ...included]), hasExpressions: false, match };
}

interface Matched {
  readonly method: string;
  readonly key: readonly unknown[];
  readonly included: readonly unknown[];
  readonly where?: TreeValue | undefined;
  readonly nullsNotDistinct: boolean;
}

/** Everything that makes two indexes the same to the server: not their names, and not the order of their rows. */
function matchOf(parts: Matched): string {
  return JSON.stringify(parts, (field, value) => (field === "location" ? undefined : value));
}

function keyPart(parameter: TreeValue): unknown {
  const element = fieldsOf(parameter, "IndexElem") ?? {};
  const name = stringOf(element.name);
  const { expr, collation, opclass, opclassopts } = element;
  return { ...(name === undefined ? {} : { name: quoteIdentifier(name) }), expr, collation, opclass, opclassopts };
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
