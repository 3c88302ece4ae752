import type { Grammar } from "../../parse/parse-statement.js";
import {
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  type TreeFields,
  type TreeNode,
  walkTree,
} from "../../parse/parse-tree.js";
import { nameFromParts, relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Picture } from "./picture.js";
import type { Relation } from "./relation.js";

/** What a stored query or expression mentions, resolved against the picture as far as it goes. */
export interface Uses {
  readonly relations: ReadonlySet<Relation>;
  /** Column names mentioned, without the relation: enough to tell what dropping one of them takes along. */
  readonly columns: ReadonlySet<string>;
  /** `relation.column` pairs where an alias or relation name stands in front. */
  readonly qualified: ReadonlyMap<Relation, ReadonlySet<string>>;
  /** Names of functions called, as `schema.name` or `name`. */
  readonly functions: ReadonlySet<string>;
  /** Names of types mentioned, the same way. */
  readonly types: ReadonlySet<string>;
}

export function usesOf(tree: TreeNode | undefined, picture: Picture): Uses {
  const relations = new Set<Relation>();
  const aliases = new Map<string, Relation>();
  const functions = new Set<string>();
  const types = new Set<string>();
  const references: (readonly string[])[] = [];
  const nodes = tree === undefined ? [] : [...walkTree({ [tree.tag]: tree.fields })];
  const ctes = new Set(nodes.filter(({ tag }) => tag === "CommonTableExpr").map(({ fields }) => fields.ctename));
  const mention = (range: TreeFields) => {
    // WITH names go before tables.
    if (range.schemaname === undefined && ctes.has(range.relname)) return;
    const relation = picture.findStored(nameOfRangeVar(range) ?? { name: "" });
    if (relation === undefined) return;
    relations.add(relation);
    aliases.set(quoteIdentifier(String(range.relname ?? "")), relation);
    const alias = range.alias as { readonly aliasname?: string } | undefined;
    if (alias?.aliasname !== undefined) aliases.set(quoteIdentifier(alias.aliasname), relation);
  };
  for (const { tag, fields } of nodes) {
    // What a statement writes to, or a rule stands on, has no tag of its own.
    if (tag !== "RangeVar" && isFields(fields.relation)) mention(fields.relation);
    if (tag === "RangeVar") {
      mention(fields);
    } else if (tag === "FuncCall") {
      functions.add(joined(nameFromParts(listOf(fields.funcname))));
    } else if (tag === "TypeCast") {
      const names = fieldsOf({ t: fields.typeName } as never, "t");
      types.add(joined(nameFromParts(listOf(names?.names))));
    } else if (tag === "ColumnRef") {
      references.push(listOf(fields.fields).map((part) => quoteIdentifier(stringNode(part) ?? "*")));
    }
  }
  const columns = new Set<string>();
  const qualified = new Map<Relation, Set<string>>();
  for (const parts of references) {
    const column = parts.at(-1)!;
    const relation =
      parts.length > 1 ? aliases.get(parts.at(-2)!) : relations.size === 1 ? [...relations][0] : undefined;
    if (relation === undefined) columns.add(column);
    else qualified.set(relation, (qualified.get(relation) ?? new Set<string>()).add(column));
  }
  return { relations, columns, qualified, functions, types };
}

export function mentionsColumn(uses: Uses, relation: Relation, column: string): boolean {
  if (!uses.relations.has(relation)) return false;
  return uses.columns.has(column) || uses.qualified.get(relation)?.has(column) === true;
}

/** The query of a view, as the catalog prints it. */
export function parseQuery(text: string, grammar: Grammar): TreeNode | undefined {
  return grammar.statements(text)?.[0];
}

/** An expression over one relation's columns, as the catalog prints it. */
export function parseExpression(text: string, grammar: Grammar): TreeNode | undefined {
  return grammar.statements(`select ${text}`)?.[0];
}

function joined(name: { readonly schema?: string; readonly name: string } | undefined): string {
  if (name === undefined) return "";
  return [name.schema, name.name].flatMap((part) => (part === undefined ? [] : quoteIdentifier(part))).join(".");
}
