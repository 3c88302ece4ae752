import { parsePlpgsqlBodies } from "../parse/parse-statement.js";
import { fieldsOf, listOf, type TreeFields, type TreeValue, walkTree } from "../parse/parse-tree.js";
import { optionText } from "../parse/read-options.js";

/**
 * Whether the body of a DO block holds COMMIT or ROLLBACK, which PostgreSQL refuses under an outer transaction. A body
 * that is not PL/pgSQL, or that does not parse, is judged by its words: rather alone than refused half-way.
 */
export async function bodyEndsTransaction(fields: TreeFields, text: string): Promise<boolean> {
  const body = doOption(fields, "as") ?? "";
  if (!/commit|rollback/i.test(body)) return false;
  const isPlpgsql = (doOption(fields, "language") ?? "plpgsql").toLowerCase() === "plpgsql";
  const tree = isPlpgsql ? await parsePlpgsqlBodies(text) : undefined;
  return tree === undefined ? true : endsTransaction(tree);
}

function endsTransaction(tree: TreeValue): boolean {
  for (const { tag } of walkTree(tree)) {
    if (tag === "PLpgSQL_stmt_commit" || tag === "PLpgSQL_stmt_rollback") return true;
  }
  return false;
}

function doOption(fields: TreeFields, name: string): string | undefined {
  for (const argument of listOf(fields.args)) {
    const option = fieldsOf(argument, "DefElem");
    if (option?.defname === name) return optionText(option.arg);
  }
  return undefined;
}
