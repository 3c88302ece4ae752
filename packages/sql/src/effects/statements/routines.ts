import { fieldsOf, isFields, listOf, stringNode, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { findOption, optionText } from "../../parse/read-options.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { UserFunction } from "../picture/picture.js";
import { addFunction } from "../picture/picture-of-catalog.js";
import type { StatementContext } from "../statement-context.js";
import { objectName } from "./object-name.js";
import { lockQuery } from "./query-locks.js";
import { plpgsqlStatements } from "./routine-bodies.js";
import { commitsInLoop } from "./row-changes.js";
import { searchPathOption } from "./search-path.js";

/** CREATE FUNCTION and CREATE PROCEDURE: the body of an SQL function is checked against the tables it names. */
export function createFunction(fields: TreeFields, context: StatementContext): void {
  const name = nameFromParts(listOf(fields.funcname));
  const key = `${context.picture.creationSchema(name?.schema)}.${quoteIdentifier(name?.name ?? "")}`;
  const isThere = context.picture.functions.has(key);
  const kind = fields.replace === true && isThere ? "replace_function" : "create_function";
  const isUncertain = fields.replace === true && !isThere && !context.picture.complete;
  const draft = context.begin(kind, { kind: fields.is_procedure === true ? "procedure" : "function", name: key });
  if (isUncertain) draft.assume(`${key} is not there yet: what calls it would do something else from now on`);
  const language = optionText(findOption(fields.options, "language")?.arg)?.toLowerCase() ?? "sql";
  const { searchPath } = context.picture;
  const set = searchPathOption(fields.options, searchPath);
  if (language === "sql") {
    if (set !== undefined && set !== "caller's") context.picture.searchPath = set;
    for (const body of bodyTexts(fields)) {
      for (const tree of context.grammar.statements(body) ?? [])
        lockQuery({ [tree.tag]: tree.fields }, draft, context, "rewritten");
    }
    lockQuery(fields.sql_body, draft, context, "rewritten");
    context.picture.searchPath = searchPath;
  }
  // Names in a body of statements are looked up now, those in a text when it runs.
  const path = set ?? (fields.sql_body === undefined ? undefined : searchPath);
  addFunction(context.picture, {
    name: key,
    signature: `${key}(…)`,
    definition: context.text,
    volatility: volatilityIn(fields.options) ?? "volatile",
    language,
    ...(path === undefined ? {} : { searchPath: path }),
  });
}

/**
 * ALTER FUNCTION: how volatile it is from now on, and where its body looks for names. Which of several is meant hangs on
 * its arguments; what may be counts.
 */
export function alterFunction(fields: TreeFields, context: StatementContext): void {
  context.begin("alter_function", { kind: "function", name: objectName(fields.func) ?? "" });
  const { picture } = context;
  const named = isFields(fields.func) ? nameFromParts(listOf(fields.func.objname)) : undefined;
  const found = named === undefined ? undefined : picture.findFunctions(named)[0];
  if (found === undefined) return;
  const volatility = volatilityIn(fields.actions);
  const searchPath = searchPathOption(fields.actions, picture.searchPath);
  const namesakes = picture.functions.get(found.name) ?? [];
  const changed = namesakes.map((one) => ({
    ...one,
    ...(volatility === undefined ? {} : { volatility }),
    ...(searchPath === undefined ? {} : { searchPath }),
  }));
  if (volatility === undefined && searchPath === undefined) return;
  picture.functions.set(found.name, namesakes.length > 1 ? [...namesakes, ...changed] : changed);
}

function volatilityIn(options: TreeValue | undefined): UserFunction["volatility"] | undefined {
  const word = optionText(findOption(options, "volatility")?.arg);
  return word === "immutable" || word === "stable" || word === "volatile" ? word : undefined;
}

function bodyTexts(fields: TreeFields): readonly string[] {
  const body = findOption(fields.options, "as")?.arg;
  const parts = isFields(body) && isFields(body.List) ? listOf(body.List.items) : [];
  return parts.flatMap((part) => stringNode(part) ?? []);
}

/** DO: its body runs now. */
export function runBlock(fields: TreeFields, context: StatementContext): void {
  const draft = context.begin("do");
  const option = (name: string) =>
    listOf(fields.args)
      .map((one) => fieldsOf(one, "DefElem"))
      .find((one) => one?.defname === name);
  const language = optionText(option("language")?.arg)?.toLowerCase() ?? "plpgsql";
  const body = language === "plpgsql" ? context.grammar.plpgsql(context.text) : undefined;
  const parts = plpgsqlStatements(body, context.grammar);
  if (parts === undefined) {
    draft.isUnknown = true;
    draft.assume(`the body (${language}) cannot be followed`);
    return;
  }
  if (parts.length > 0) draft.assume("the block comes to every statement of its body");
  const before = context.drafts.length;
  for (const part of parts) context.readWithin("DO block", part);
  if (!commitsInLoop(body)) return;
  for (const within of context.drafts.slice(before)) within.changeFewRows("a turn of the loop, which commits,");
}

export function call(fields: TreeFields, context: StatementContext): void {
  const draft = context.begin("call");
  const name = isFields(fields.funccall) ? nameFromParts(listOf(fields.funccall.funcname)) : undefined;
  lockQuery(isFields(fields.funccall) ? { FuncCall: fields.funccall } : undefined, draft, context, "run");
  if (name === undefined || context.picture.callable(name).length > 0) return;
  draft.assume(`the procedure ${name.name} touches no relation: nothing is known of its body`);
}
