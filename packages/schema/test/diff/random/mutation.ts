import type { Making } from "./making.js";
import type { ColumnPart, TablePart } from "./schema-model.js";

/** One way to change a schema; false where it has nothing to change. What it breaks is put right behind it. */
export interface Mutation {
  readonly name: string;
  readonly weight?: number;
  apply(making: Making): boolean;
}

type OnTable = (table: TablePart, making: Making) => unknown;

type OnColumn = (column: ColumnPart, making: Making, table: TablePart) => unknown;

export function onTable(name: string, change: OnTable, weight?: number): Mutation {
  return {
    name,
    ...(weight === undefined ? {} : { weight }),
    apply(making) {
      const table = making.draw.pickOr(making.model.tables);
      return table !== undefined && change(table, making) !== false;
    },
  };
}

export function onColumn(name: string, change: OnColumn, weight?: number): Mutation {
  return onTable(
    name,
    (table, making) => {
      const column = making.draw.pickOr(table.columns);
      return column !== undefined && change(column, making, table) !== false;
    },
    weight,
  );
}

export function always(make: (making: Making) => void): Mutation["apply"] {
  return (making) => {
    make(making);
    return true;
  };
}

/** Takes one out of a list. */
export function takeOne<Item>({ draw }: Making, list: Item[]): boolean {
  if (list.length === 0) return false;
  list.splice(draw.int(list.length - 1), 1);
  return true;
}

export function set<Of>(part: Of, values: Partial<Of>): void {
  Object.assign(part as object, values);
}

export function rename(part: { name: string }): void {
  part.name = part.name.startsWith("re ") ? part.name.slice(3) : `re ${part.name}`;
}
