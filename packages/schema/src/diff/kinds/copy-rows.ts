import { conversion } from "./change-type.js";
import type { Sides } from "./kind-rules.js";

/**
 * Brings the rows of a table that stands aside into the one made in its place, and its identity columns up to them.
 * @param isRemade whether a type of that name stands aside itself.
 */
export function copyRows(
  table: string,
  aside: string,
  { before, after }: Sides,
  isRemade: (type: string) => boolean,
): readonly string[] {
  const had = new Map(before.columnsOf(table).map((column) => [column.column, column]));
  const columns = after.columnsOf(table).filter(({ column, generated }) => generated === undefined && had.has(column));
  if (columns.length === 0) return [];
  const values = columns.map(
    ({ column, type }) => conversion(column, had.get(column)?.type ?? type, type, before, isRemade(type)) ?? column,
  );
  const always = columns.some(({ identity }) => identity?.generation === "always");
  return [
    `insert into ${table} (${columns.map(({ column }) => column).join(", ")})${always ? " overriding system value" : ""}\nselect ${values.join(", ")} from ${aside}`,
    ...columns
      .filter(({ identity }) => identity !== undefined)
      .map(({ column, identity }) => {
        const end = identity?.increment.startsWith("-") === true ? "min" : "max";
        return `select pg_catalog.setval('${identity?.sequence.replaceAll("'", "''")}', ${end}(${column})) from ${table} having count(*) > 0`;
      }),
  ];
}
