import type { Catalog } from "@confiture/model";
import { groupBy } from "./group-by.js";

/** A column whose place in its table is not the one wanted: no ALTER moves it. */
export interface ColumnOrder {
  readonly table: string;
  readonly is: readonly string[];
  readonly wanted: readonly string[];
}

/** Tables of both sides whose columns will stand otherwise than wanted. */
export function compareColumnOrder(before: Catalog, after: Catalog): readonly ColumnOrder[] {
  const befores = columnsByTable(before);
  return [...columnsByTable(after)].flatMap(([table, wanted]) => {
    const was = befores.get(table);
    if (was === undefined) return [];
    // What is added stands behind what stays.
    const [had, has] = [new Set(was), new Set(wanted)];
    const is = [...was.filter((column) => has.has(column)), ...wanted.filter((column) => !had.has(column))];
    return is.join("\0") === wanted.join("\0") ? [] : [{ table, is, wanted }];
  });
}

export function columnsByTable(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const tables = groupBy(catalog.columns, ({ table }) => table);
  return new Map([...tables].map(([table, columns]) => [table, columns.map(({ column }) => column)]));
}
