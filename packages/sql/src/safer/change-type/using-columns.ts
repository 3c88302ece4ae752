import { listOf, stringNode, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Target } from "../safer-context.js";
import type { ShadowColumn } from "./shadow-column.js";

const systemColumns = new Set(["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"]);

/** What a trigger cannot see of what USING speaks of; undefined where it sees all of it. */
export function whyNotInTrigger(
  expression: TreeValue | undefined,
  { table, sql }: Pick<ShadowColumn, "table" | "sql">,
  { bare }: Pick<Target, "bare">,
): string | undefined {
  for (const { tag, fields } of walkTree(expression)) {
    if (tag !== "ColumnRef") continue;
    const names = listOf(fields.fields).map(stringNode);
    const [first, last] = [names[0], names.at(-1)];
    const own = last === undefined ? undefined : table.columns.get(quoteIdentifier(last));
    if (last === undefined || (names.length === 1 && own === undefined && last === bare)) {
      return `USING takes a whole row of ${sql}, which in a trigger is of another type`;
    }
    if (names.length > 2 || (names.length === 2 && first !== bare)) {
      return `USING names ${sql} with its schema, which a trigger's row has not`;
    }
    if (own === undefined && systemColumns.has(last)) return `USING asks for ${last}, which a trigger's row has not`;
    if (own?.generated !== undefined) {
      return `USING needs ${own.name}, which is computed after the triggers have run`;
    }
  }
  return undefined;
}
