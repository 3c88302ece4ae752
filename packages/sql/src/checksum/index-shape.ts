import type { SourceLocation } from "@confiture/model";
import { parseStatement } from "../parse/parse-statement.js";
import { fieldsOf, isFields, type TreeValue } from "../parse/parse-tree.js";
import { canonicalTree } from "./semantic-hash.js";

const nowhere: SourceLocation = { file: "", line: 1, column: 1 };

/**
 * What a CREATE INDEX makes, apart from its name, its table's schema and whether it is built CONCURRENTLY: equal for a
 * statement and for what `pg_get_indexdef` says of its index. Expressions are compared as they are written. Undefined
 * for any other text.
 */
export async function indexShape(sql: string): Promise<string | undefined> {
  const outcome = await parseStatement(sql, nowhere);
  const index = outcome.kind === "parsed" ? fieldsOf(outcome.tree, "IndexStmt") : undefined;
  if (index === undefined) return undefined;
  const { idxname: _name, concurrent: _concurrent, if_not_exists: _optional, accessMethod, relation, ...rest } = index;
  const table: TreeValue = isFields(relation) ? (relation.relname ?? null) : null;
  return canonicalTree({ ...rest, table, accessMethod: accessMethod ?? "btree" } as TreeValue);
}
