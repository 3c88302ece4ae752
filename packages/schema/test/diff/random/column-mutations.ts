import { isWholeNumber } from "./column-types.js";
import { type Making, newGrant } from "./making.js";
import { type Mutation, onColumn, onTable, rename, set, takeOne } from "./mutation.js";
import { newColumn, newColumnType, newIdentity } from "./new-column.js";
import type { ColumnPart } from "./schema-model.js";

export const columnMutations: readonly Mutation[] = [
  onTable(
    "add a column",
    (table, making) => void table.columns.splice(making.draw.int(table.columns.length), 0, newColumn(making, table)),
    5,
  ),
  onTable("drop a column", (table, making) => takeOne(making, table.columns), 4),
  onColumn("change a column's type", (column, { draw }) => changeType(column, draw), 6),
  onColumn("change a column's type at will", (column, making) => set(column, { type: newColumnType(making) }), 2),
  onColumn("change NOT NULL", (column) => set(column, { notNull: !column.notNull }), 4),
  onColumn(
    "change a default",
    (column, { draw }) => set(column, { default: draw.percent(35) ? undefined : { kind: "literal", n: draw.int(9) } }),
    4,
  ),
  onColumn(
    "change an identity",
    (column, making) => {
      if (!isWholeNumber(column.type)) return false;
      if (column.identity !== undefined && making.draw.percent(30)) column.identity = undefined;
      else column.identity = newIdentity(making);
    },
    4,
  ),
  onColumn("change what is generated", (column, { draw }) => {
    if (column.generated === undefined) return false;
    if (draw.percent(40)) column.generated = undefined;
    else column.generated.n += 1;
  }),
  onColumn("rename a column", rename, 1),
  onColumn("change a collation", (column) =>
    set(column, { collation: column.collation === undefined ? '"C"' : undefined }),
  ),
  onColumn("change storage", (column, { draw }) =>
    set(column, { storage: draw.pick([undefined, "external", "main"]) }),
  ),
  onColumn("change statistics", (column, { draw }) =>
    set(column, { statistics: draw.percent(40) ? undefined : draw.int(99) + 1 }),
  ),
  onColumn("change n_distinct", (column, { draw }) =>
    set(column, { distinct: draw.percent(40) ? undefined : 2 + draw.int(50) }),
  ),
  onColumn("change a column's comment", (column, { draw }) =>
    set(column, { comment: draw.percent(40) ? undefined : `said ${draw.int(99)}` }),
  ),
  onColumn("change a column's grants", (column, making) => {
    if (making.draw.percent(40)) return takeOne(making, column.grants);
    column.grants.push(newGrant(making, ["select", "update", "insert", "references"]));
    return true;
  }),
];

function changeType(column: ColumnPart, draw: Making["draw"]): boolean {
  const ways: Readonly<Record<string, readonly string[]>> = {
    smallint: ["integer", "bigint", "numeric"],
    integer: ["bigint", "numeric", "text", "smallint", "double precision"],
    bigint: ["integer", "numeric", "text"],
    numeric: ["numeric(10,2)", "double precision", "text"],
    "numeric(10,2)": ["numeric", "text"],
    text: ["character varying", "character varying(40)", "character varying(20)"],
    "character varying(20)": ["character varying(40)", "text", "character varying"],
    "character varying(40)": ["character varying(20)", "text"],
    "character varying": ["text", "character varying(40)"],
    "timestamp with time zone": ["timestamp without time zone", "date", "text"],
    "timestamp without time zone": ["timestamp with time zone", "date"],
    date: ["timestamp with time zone", "text"],
    jsonb: ["json", "text"],
    json: ["jsonb", "text"],
    boolean: ["text"],
    uuid: ["text"],
  };
  if (column.type.builtIn === undefined) {
    if (draw.percent(60)) return false;
    column.type = { builtIn: "text", array: column.type.array };
    return true;
  }
  const to = draw.pickOr(ways[column.type.builtIn] ?? []);
  if (to === undefined) return false;
  column.type = { ...column.type, builtIn: to };
  return true;
}
