import type { Grammar } from "../../parse/parse-statement.js";
import type { TreeNode } from "../../parse/parse-tree.js";
import type { Relation } from "./relation.js";
import { parseQuery } from "./uses.js";

/** The query of a view, from the statement that made it or from the catalog. */
export function queryOf(relation: Relation, grammar: Grammar): TreeNode | undefined {
  if (relation.query === undefined && relation.definition !== undefined) {
    const query = parseQuery(relation.definition, grammar);
    if (query !== undefined) relation.query = query;
  }
  return relation.query;
}

export function hasQuery(relation: Relation): boolean {
  return relation.query !== undefined || relation.definition !== undefined;
}
