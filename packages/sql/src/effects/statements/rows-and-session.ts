import type { OperationKind } from "@confiture/model";
import {
  fieldsOf,
  isFields,
  listOf,
  stringOf,
  type TreeFields,
  type TreeValue,
  untag,
} from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { optionText, readSwitch } from "../../parse/read-options.js";
import { constantText } from "../constant-text.js";
import type { StatementContext } from "../statement-context.js";
import { lockQuery } from "./query-locks.js";
import { schemasOf } from "./search-path.js";

/** SELECT, INSERT, UPDATE, DELETE and MERGE. SELECT … INTO makes a table. */
export function runQuery(kind: "select" | "insert" | "update" | "delete" | "merge", tag: string) {
  return (fields: TreeFields, context: StatementContext): void => {
    if (isFields(fields.intoClause)) {
      const { intoClause, ...query } = fields;
      context.read({
        tag: "CreateTableAsStmt",
        fields: { into: intoClause, query: { SelectStmt: query }, objtype: "OBJECT_TABLE" },
      });
      return;
    }
    const name = nameOfRangeVar(fields.relation);
    const draft = name === undefined ? context.begin(kind) : context.beginOn(kind, context.relation(name));
    lockQuery({ [tag]: fields }, draft, context, "run");
    noteSearchPath(fields, context);
  };
}

/** `select set_config('search_path', …)` in the fashion of pg_dump. */
function noteSearchPath(fields: TreeFields, context: StatementContext): void {
  for (const target of listOf(fields.targetList)) {
    const call = fieldsOf(fieldsOf(target, "ResTarget")?.val, "FuncCall");
    const [setting, value] = listOf(call?.args).map(constantText);
    if (setting === "search_path" && value !== undefined) context.picture.searchPath = schemasOf(value.split(","));
  }
}

/** COPY: rows in or out. */
export function copy(fields: TreeFields, context: StatementContext): void {
  const isFrom = fields.is_from === true;
  if (fields.query !== undefined) {
    lockQuery(fields.query, context.begin("copy_to"), context, "run");
    return;
  }
  const relation = context.relationOf(fields.relation);
  const draft = context.beginOn(isFrom ? "copy_from" : "copy_to", relation);
  if (!isFrom) {
    draft.lock(relation, "AccessShareLock");
    return;
  }
  const columns = listOf(fields.attlist);
  const insert = { relation: fields.relation ?? null, cols: columns.length === 0 ? [] : columns.map(asTarget) };
  lockQuery(
    {
      InsertStmt: {
        ...insert,
        selectStmt: { SelectStmt: { targetList: columns.length === 0 ? [...relation.columns.keys()] : columns } },
      },
    },
    draft,
    context,
    "run",
  );
}

function asTarget(column: TreeValue): TreeValue {
  const text = isFields(column) && isFields(column.String) ? (stringOf(column.String.sval) ?? "") : "";
  return { ResTarget: { name: text } };
}

/** EXPLAIN plans, and with ANALYZE runs; PREPARE and DECLARE plan later what they hold. */
export function holdQuery(kind: OperationKind) {
  return (fields: TreeFields, context: StatementContext): void => {
    const draft = context.begin(kind);
    const query = untag(fields.query);
    const isAnalyze = readSwitch(fields.options, "analyze") === true;
    if (query === undefined) return;
    if (
      kind === "explain" &&
      isAnalyze &&
      !["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(query.tag)
    )
      context.read(query);
    else if (query.tag === "ExecuteStmt") draft.isUnknown = true;
    else {
      const depth = kind === "prepare" ? "rewritten" : kind === "explain" && !isAnalyze ? "planned" : "run";
      lockQuery({ [query.tag]: query.fields }, draft, context, depth);
    }
  };
}

export function setVariable(fields: TreeFields, context: StatementContext): void {
  context.begin("set");
  const { picture } = context;
  const name = stringOf(fields.name)?.toLowerCase();
  const values = listOf(fields.args).map((one) => constantText(one) ?? optionText(one) ?? "");
  const isReset = fields.kind === "VAR_RESET_ALL" || (name === "search_path" && values.length === 0);
  if (name === "search_path" && fields.is_local === true) picture.searchPathAfterwards ??= picture.searchPath;
  if (isReset) picture.searchPath = picture.sessionSearchPath;
  else if (name === "search_path") picture.searchPath = schemasOf(values.flatMap((value) => value.split(",")));
  if (name === "timezone" && values[0] !== undefined) picture.timeZone = values[0];
}

/** DISCARD ALL takes every setting back. */
export function discard(fields: TreeFields, context: StatementContext): void {
  context.begin("discard");
  if (fields.target === "DISCARD_ALL") context.picture.searchPath = context.picture.sessionSearchPath;
}
