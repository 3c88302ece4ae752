import { allColumns } from "./find-parts.js";
import { type Mutation, onTable, rename, set, takeOne } from "./mutation.js";
import { addToTable } from "./new-table-parts.js";

export const tablePartMutations: readonly Mutation[] = [
  onTable("add something to a table", (table, making) => void addToTable(making, table), 10),
  onTable("drop an index", (table, making) => takeOne(making, table.indexes), 3),
  onTable(
    "change an index",
    ({ indexes }, { draw }) => {
      const index = draw.pickOr(indexes);
      if (index === undefined) return false;
      draw.pick([
        () => set(index, { unique: !index.unique }),
        () => set(index, { fillfactor: index.fillfactor === undefined ? 77 : undefined }),
        () => set(index, { where: index.where === undefined ? index.columns[0]?.column : undefined }),
        () => set(index, { comment: index.comment === undefined ? "said" : undefined }),
        () => set(index, { clustered: !index.clustered }),
        () => rename(index),
        () => set(index.columns[0]!, { descending: !index.columns[0]!.descending }),
      ])();
    },
    4,
  ),
  onTable("drop a unique constraint", (table, making) => takeOne(making, table.uniques)),
  onTable("drop or change a primary key", (table, { draw, model }) => {
    if (table.primaryKey === undefined) return false;
    const other = draw.pickOr(allColumns(model, table));
    if (draw.percent(50) || other === undefined) table.primaryKey = undefined;
    else table.primaryKey.columns = [...new Set([...table.primaryKey.columns, other.id])];
  }),
  onTable("drop a check", (table, making) => takeOne(making, table.checks)),
  onTable("change a check", ({ checks }, { draw, model }) => {
    const check = draw.pickOr(checks);
    if (check === undefined) return false;
    draw.pick([
      () => set(check, { n: check.n + 1 }),
      () => set(check, { notValid: !check.notValid }),
      () => set(check, { noInherit: !check.noInherit }),
      () => set(check, { notEnforced: model.version >= 18 && !check.notEnforced }),
      () => rename(check),
    ])();
  }),
  onTable("drop a foreign key", (table, making) => takeOne(making, table.foreignKeys)),
  onTable("change a foreign key", ({ foreignKeys }, { draw }) => {
    const key = draw.pickOr(foreignKeys);
    if (key === undefined) return false;
    draw.pick([
      () => set(key, { onDelete: key.onDelete === "" ? " on delete cascade" : "" }),
      () => set(key, { deferrable: key.deferrable === "" ? " deferrable" : "" }),
      () => set(key, { notValid: !key.notValid }),
    ])();
  }),
  onTable("drop a trigger", (table, making) => takeOne(making, table.triggers)),
  onTable("change a trigger", ({ triggers }, { draw }) => {
    const trigger = draw.pickOr(triggers);
    if (trigger === undefined) return false;
    trigger.enabled = draw.pick(["enable", "disable", "enable always", "enable replica"]);
    if (draw.percent(40)) trigger.events = [draw.pick(["insert", "update", "delete"])];
  }),
  onTable("drop a policy", (table, making) => takeOne(making, table.policies)),
  onTable("change a policy", ({ policies }, { draw, model }) => {
    const policy = draw.pickOr(policies);
    if (policy === undefined) return false;
    draw.pick([
      () => set(policy, { role: draw.pick(["public", "pg_monitor"]) }),
      () => set(policy, { function: draw.pickOr(model.functions.filter(({ kind }) => kind === "number"))?.id }),
      () => set(policy, { restrictive: !policy.restrictive }),
    ])();
  }),
  onTable("drop a rule", (table, making) => takeOne(making, table.rules), 1),
  onTable("drop an exclusion constraint", (table, making) => takeOne(making, table.excludes), 1),
  onTable("drop or change statistics", (table, making) => {
    const statistics = making.draw.pickOr(table.statistics);
    if (statistics === undefined || making.draw.percent(50)) return takeOne(making, table.statistics);
    statistics.target = statistics.target === undefined ? 33 : undefined;
    return true;
  }),
];
