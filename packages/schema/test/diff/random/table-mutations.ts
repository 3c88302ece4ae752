import { isWholeNumber } from "./column-types.js";
import { always, type Mutation, onTable, rename, set, takeOne } from "./mutation.js";
import { addPart, addTable, addToPart, canBeInherited } from "./new-table.js";

export const tableMutations: readonly Mutation[] = [
  { name: "add a table", weight: 4, apply: always(addTable) },
  { name: "drop a table", weight: 3, apply: (making) => takeOne(making, making.model.tables) },
  onTable("rename a table", rename, 1),
  onTable("move a table", (table, { draw, model }) => set(table, { schema: draw.pick(model.schemas).id }), 1),
  onTable("change storage parameters", (table, { draw }) => {
    table.options = draw.percent(40)
      ? {}
      : { fillfactor: 60 + draw.int(30), autovacuum: draw.percent(50) ? false : undefined };
  }),
  onTable("change persistence", (table) => set(table, { unlogged: !table.unlogged })),
  onTable("change row security", (table, { draw }) => {
    if (draw.percent(50)) table.rowSecurity = !table.rowSecurity;
    else table.forceRowSecurity = !table.forceRowSecurity;
  }),
  onTable("change replica identity", (table, { draw }) =>
    set(table, { replicaIdentity: draw.pick(["default", "full", "nothing"]) }),
  ),
  onTable("change inheritance", (table, { draw, model }) => {
    if (table.partition !== undefined || table.kind === "foreign") return false;
    if (model.tables.some(({ parent }) => parent === table.id)) return false;
    const parent = draw.pickOr(model.tables.filter((other) => other !== table && canBeInherited(other)));
    table.parent = table.parent === undefined ? parent?.id : undefined;
  }),
  onTable(
    "add a partition",
    (table, making) => {
      if (table.partition === undefined) return false;
      addPart(making, table);
    },
    5,
  ),
  onTable("drop a partition", (table, making) => takeOne(making, table.partition?.parts ?? []), 3),
  onTable(
    "change a partition",
    (table, making) => {
      const part = making.draw.pickOr(table.partition?.parts ?? []);
      if (part === undefined) return false;
      if (making.draw.percent(50)) addToPart(making, table, part);
      else
        making.draw.pick([
          () => void part.defaults.pop(),
          () => void part.checks.pop(),
          () => void part.indexes.pop(),
          () => void part.notNull.pop(),
          () => void part.grants.pop(),
          () => void part.disabledTriggers.pop(),
          () => set(part, { fillfactor: part.fillfactor === undefined ? 66 : undefined }),
          () => set(part, { comment: part.comment === undefined ? "said" : undefined }),
          () => set(part, { parts: part.parts === 0 ? 2 : 0 }),
          () => set(part, { slot: part.slot === "default" ? "default" : (part.slot + 4) % 8 }),
        ])();
    },
    8,
  ),
  onTable(
    "change how a table is partitioned",
    (table, { draw }) => {
      if (table.partition === undefined) {
        const column = table.columns.find(({ type, notNull }) => isWholeNumber(type) && notNull);
        if (column === undefined) return false;
        table.partition = { by: draw.pick(["range", "list", "hash"]), column: column.id, parts: [] };
      } else if (draw.percent(50)) table.partition = undefined;
      else table.partition.by = draw.pick(["range", "list", "hash"]);
    },
    1,
  ),
];
