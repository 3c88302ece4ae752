import type { Grammar } from "../../parse/parse-statement.js";
import {
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeNode,
  type TreeValue,
  untag,
} from "../../parse/parse-tree.js";
import { findOption } from "../../parse/read-options.js";
import { constantExpression } from "../constant-text.js";
import type { EffectDraft } from "../effect-draft.js";
import { settledFunctions, volatileFunctions } from "../facts/builtin-names.js";
import type { UserFunction } from "../picture/picture.js";
import { withoutArguments } from "../picture/spelled-name.js";
import type { StatementContext } from "../statement-context.js";
import { searchPathOption } from "./search-path.js";

/** A statement of a body: a text, or trees whose locations count in it. */
export interface BodyPart {
  readonly text: string;
  readonly trees?: readonly TreeNode[];
}

/** Built-in functions that only triggers can call; none of them touches another relation. */
const triggerFunctions = new Set([
  "suppress_redundant_updates_trigger",
  "tsvector_update_trigger",
  "tsvector_update_trigger_column",
]);

/** What a function's body does counts as done; that it comes to every line of it is assumed. */
export function followFunction(spelled: string, draft: EffectDraft, context: StatementContext): void {
  const name = withoutArguments(spelled);
  if (context.isFollowing(name)) return;
  const found = context.picture.functions.get(name) ?? [];
  const isBuiltin = [volatileFunctions, settledFunctions, triggerFunctions].some((names) => names.has(name));
  if (found.length === 0 && !isBuiltin) draft.assume(`${name}() touches no relation: nothing is known of its body`);
  for (const one of found) followOne(name, one, draft, context);
}

function followOne(name: string, one: UserFunction, draft: EffectDraft, context: StatementContext): void {
  if (one.calls !== undefined) {
    for (const called of one.calls) followFunction(called, draft, context);
    return;
  }
  const parts = bodyOf(one, context.grammar);
  if (parts === undefined) {
    draft.assume(`${name}() touches no relation: its body (${one.language}) cannot be followed`);
    return;
  }
  if (parts.length === 0) return;
  draft.assume(`${name}() comes to every statement of its body`);
  const { picture } = context;
  const before = picture.searchPath;
  const own = one.searchPath ?? searchPathOption(optionsOf(one.definition, context.grammar), before);
  const isOwn = own !== undefined && own !== "caller's";
  if (isOwn) picture.searchPath = own;
  for (const part of parts) context.readWithin(name, part);
  if (isOwn) picture.searchPath = before;
}

/** The statements of a body; undefined where nobody can look into it. */
function bodyOf({ definition, language }: UserFunction, grammar: Grammar): readonly BodyPart[] | undefined {
  if (language === "plpgsql") return plpgsqlStatements(grammar.plpgsql(definition), grammar);
  const fields = grammar.statements(definition)?.[0]?.fields;
  return language === "sql" && fields !== undefined ? sqlBody(fields, definition) : undefined;
}

/** A body of SQL, from the fields of a `CreateFunctionStmt`: a text, or since PostgreSQL 14 statements of its own. */
export function sqlBody(fields: TreeFields, text: string): readonly BodyPart[] | undefined {
  const written = findOption(fields.options, "as")?.arg;
  if (isFields(written) && isFields(written.List)) {
    return listOf(written.List.items).flatMap((part) => ({ text: stringNode(part) ?? "" }));
  }
  const body = untag(fields.sql_body);
  if (body?.tag === "ReturnStmt") return [{ text, trees: [asSelect(body.fields.returnval)] }];
  if (body?.tag !== "List") return undefined;
  const trees = statementsIn(body.fields.items);
  return trees.length === 0 ? [] : [{ text, trees }];
}

/** BEGIN ATOMIC holds lists of lists; an empty statement is an empty node. */
function statementsIn(items: TreeValue | undefined): readonly TreeNode[] {
  return listOf(items).flatMap((item) => {
    const node = untag(item);
    if (node?.tag === "List") return statementsIn(node.fields.items);
    if (node?.tag === "ReturnStmt") return asSelect(node.fields.returnval);
    return node ?? [];
  });
}

function asSelect(value: TreeValue | undefined): TreeNode {
  return { tag: "SelectStmt", fields: { targetList: [{ ResTarget: { val: value } }] } };
}

function optionsOf(definition: string, grammar: Grammar): TreeValue | undefined {
  return grammar.statements(definition)?.[0]?.fields.options;
}

/** Every SQL text of a PL/pgSQL tree, expressions as queries; undefined when the body could not be read. */
export function plpgsqlStatements(tree: TreeValue | undefined, grammar: Grammar): readonly BodyPart[] | undefined {
  if (tree === undefined) return undefined;
  const texts: string[] = [];
  collect(tree, texts, grammar);
  return texts.map((text) => ({ text }));
}

function collect(value: TreeValue | undefined, texts: string[], grammar: Grammar): void {
  if (Array.isArray(value)) for (const item of value) collect(item, texts, grammar);
  if (!isFields(value)) return;
  const others = (fields: TreeFields, without: string) => {
    for (const [field, part] of Object.entries(fields))
      if (field !== without) collect(part as TreeValue, texts, grammar);
  };
  if (value.PLpgSQL_stmt_rollback !== undefined) texts.push("rollback");
  // RETURN QUERY EXECUTE and OPEN … FOR EXECUTE have it beside other things.
  if (value.dynquery !== undefined) {
    texts.push(dynamicText(value.dynquery, grammar));
    others(value, "dynquery");
    return;
  }
  const execute = fieldsOf(value, "PLpgSQL_stmt_dynexecute") ?? fieldsOf(value, "PLpgSQL_stmt_dynfors");
  const expression = fieldsOf(value, "PLpgSQL_expr");
  if (execute !== undefined) {
    texts.push(dynamicText(execute.query, grammar));
    others(execute, "query");
  } else if (expression !== undefined) {
    texts.push(...asStatement(stringOf(expression.query) ?? "", Number(expression.parseMode ?? 0)));
  } else others(value, "");
}

/** What EXECUTE is given: the statement when it is constant, else one that nobody understands. */
function dynamicText(expression: TreeValue | undefined, grammar: Grammar): string {
  const query = stringOf(fieldsOf(expression, "PLpgSQL_expr")?.query) ?? "";
  return constantExpression(query, grammar) ?? `execute ${query}`;
}

/** A piece of PL/pgSQL as SQL; what calls nothing and reads nothing is left out. The modes are those of RawParseMode. */
function asStatement(query: string, parseMode: number): readonly string[] {
  const [statement, expression] = [0, 2];
  if (parseMode === statement) return [query];
  if (!query.includes("(")) return [];
  return [`select ${parseMode === expression ? query : query.replace(/^[^:=]*:?=/, "")}`];
}
