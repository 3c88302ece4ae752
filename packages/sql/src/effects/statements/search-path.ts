import { fieldsOf, listOf, stringOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { constantText } from "../constant-text.js";

/** The schemas that the parts of a search_path name; the session's own is not known, pg_catalog is looked through anyway. */
export function schemasOf(parts: readonly string[]): readonly string[] {
  return parts
    .map((part) => part.trim().replace(/^"(.*)"$/, "$1"))
    .filter((part) => part !== "" && part !== "$user" && part !== "pg_catalog")
    .map(quoteIdentifier);
}

/** What `SET search_path` among a function's options says; `current`: that of the session that creates it. */
export function searchPathOption(
  options: TreeValue | undefined,
  current: readonly string[],
): readonly string[] | "caller's" | undefined {
  let found: readonly string[] | "caller's" | undefined;
  for (const option of listOf(options)) {
    const set = fieldsOf(fieldsOf(option, "DefElem")?.arg, "VariableSetStmt");
    const isIt = stringOf(set?.name)?.toLowerCase() === "search_path" || set?.kind === "VAR_RESET_ALL";
    if (set !== undefined && isIt) found = pathOf(set, current);
  }
  return found;
}

function pathOf(set: TreeFields, current: readonly string[]): readonly string[] | "caller's" {
  if (set.kind === "VAR_SET_CURRENT") return current;
  if (set.kind !== "VAR_SET_VALUE") return "caller's";
  return schemasOf(listOf(set.args).map((one) => constantText(one) ?? ""));
}
