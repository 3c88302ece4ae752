import { fieldsOf, isFields, listOf, stringNode, type TreeValue } from "../parse/parse-tree.js";
import { findOption, optionText } from "../parse/read-options.js";

/** The text of a `LANGUAGE sql` body, whose names PostgreSQL resolves when it creates the function. */
export function sqlBodies(tree: TreeValue): readonly string[] {
  const routine = fieldsOf(tree, "CreateFunctionStmt");
  if (routine === undefined) return [];
  const language = optionText(findOption(routine.options, "language")?.arg);
  if (language?.toLowerCase() !== "sql") return [];
  const body = findOption(routine.options, "as")?.arg;
  const parts = isFields(body) && isFields(body.List) ? listOf(body.List.items) : [];
  return parts.flatMap((part) => stringNode(part) ?? []);
}
