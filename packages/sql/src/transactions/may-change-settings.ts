import { stringOf, type TreeFields, type TreeValue, untag, walkTree } from "../parse/parse-tree.js";

type Row = "always" | "when-it-calls-a-function" | ((fields: TreeFields) => boolean);

/** Statements that can leave a session setting or a role changed behind them. What is not listed cannot. */
const changers: Readonly<Record<string, Row>> = {
  VariableSetStmt: (fields) => fields.is_local !== true && !isOfTransaction(fields),
  DiscardStmt: "always",
  DoStmt: "always",
  CallStmt: "always",
  ExecuteStmt: "always",
  FetchStmt: "always",
  // set_config() may hide behind any function.
  SelectStmt: "when-it-calls-a-function",
  InsertStmt: "when-it-calls-a-function",
  UpdateStmt: "when-it-calls-a-function",
  DeleteStmt: "when-it-calls-a-function",
  MergeStmt: "when-it-calls-a-function",
  CopyStmt: "when-it-calls-a-function",
  ExplainStmt: "when-it-calls-a-function",
  DeclareCursorStmt: "when-it-calls-a-function",
  CreateTableAsStmt: "when-it-calls-a-function",
};

/** True when running the statement may change a setting or role that outlives it. Triggers are not looked through. */
export function mayChangeSettings(tree: TreeValue): boolean {
  const node = untag(tree);
  const row = node === undefined ? undefined : changers[node.tag];
  if (node === undefined || row === undefined) return false;
  if (typeof row === "function") return row(node.fields);
  return row === "always" || callsFunction(tree);
}

/** SET TRANSACTION, as against SET SESSION CHARACTERISTICS: both are of the kind that sets several at once. */
function isOfTransaction(fields: TreeFields): boolean {
  return fields.kind === "VAR_SET_MULTI" && (stringOf(fields.name) ?? "").startsWith("TRANSACTION");
}

function callsFunction(tree: TreeValue): boolean {
  for (const node of walkTree(tree)) if (node.tag === "FuncCall") return true;
  return false;
}
