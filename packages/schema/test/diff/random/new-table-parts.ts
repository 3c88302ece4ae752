import { isOrdered, isWholeNumber, sameType } from "./column-types.js";
import { allColumns, keysOf } from "./find-parts.js";
import { type Making, nameFor, newGrant, nextId, roles } from "./making.js";
import type { CheckPart, ColumnPart, IndexPart, TablePart } from "./schema-model.js";

/** One thing that hangs on a table. */
export function addToTable(making: Making, table: TablePart): void {
  const { model, draw } = making;
  const columns = allColumns(model, table);
  if (columns.length === 0) return;
  const id = nextId(model);
  const ordered = columns.filter(({ type }) => isOrdered(model, type));
  const forms: (() => void)[] = [
    () => void table.indexes.push(newIndex(making, table)),
    () => void table.indexes.push(newIndex(making, table)),
    () => void table.checks.push(newCheck(making, table)),
    () => {
      const chosen = draw.some(ordered, 2).map((column) => column.id);
      if (chosen.length > 0)
        table.uniques.push({
          id,
          name: nameFor(making, "uq", id),
          columns: chosen,
          deferrable: draw.percent(15),
          nullsNotDistinct: draw.percent(15),
        });
    },
    () => addForeignKey(making, table),
    () => addForeignKey(making, table),
    () => {
      const run = draw.pickOr(model.functions.filter(({ kind }) => kind === "trigger"));
      if (run === undefined) return;
      const events = draw.some(["insert", "update", "delete"], 3);
      table.triggers.push({
        id,
        name: nameFor(making, "tr", id),
        timing: draw.pick(["before", "after"] as const),
        events: events.length > 0 ? events : ["update"],
        level: draw.pick(["row", "statement"] as const),
        function: run.id,
        enabled: draw.percent(70) ? "enable" : draw.pick(["disable", "enable always", "enable replica"] as const),
        updateOf: draw.percent(20) ? draw.pick(columns).id : undefined,
        comment: draw.percent(8) ? "fires" : undefined,
      });
    },
    () => {
      table.rowSecurity = draw.percent(80);
      table.policies.push({
        id,
        name: nameFor(making, "po", id),
        command: draw.pick(["all", "select", "insert", "update", "delete"]),
        role: draw.pick(roles),
        column: draw.pick(columns).id,
        restrictive: draw.percent(20),
        function: draw.percent(30)
          ? draw.pickOr(model.functions.filter(({ kind }) => kind === "number"))?.id
          : undefined,
      });
    },
    () =>
      void table.rules.push({ id, name: nameFor(making, "ru", id), event: draw.pick(["insert", "update", "delete"]) }),
    () => {
      const chosen = draw.some(ordered, 3).map((column) => column.id);
      if (chosen.length >= 2)
        table.statistics.push({
          id,
          name: nameFor(making, "st", id),
          columns: chosen,
          kinds: draw.pick([[], ["ndistinct"], ["dependencies", "ndistinct"]]),
          target: draw.percent(20) ? 20 + draw.int(50) : undefined,
        });
    },
    () => {
      const column = draw.pickOr(
        columns.filter(({ type }) => isWholeNumber(type) || (!type.array && type.builtIn?.endsWith("range"))),
      );
      if (column !== undefined) table.excludes.push({ id, name: nameFor(making, "ex", id), column: column.id });
    },
    () => {
      table.replicaIdentity = draw.pick(["default", "full", "nothing"] as const);
    },
    () => void table.grants.push(newGrant(making)),
  ];
  draw.pick(forms)();
}

export function newCheck(making: Making, table: TablePart): CheckPart {
  const { model, draw } = making;
  const id = nextId(model);
  return {
    id,
    name: nameFor(making, "ck", id),
    column: draw.pick(allColumns(model, table)).id,
    n: draw.int(9),
    notValid: draw.percent(15),
    noInherit: draw.percent(8),
    notEnforced: model.version >= 18 && draw.percent(8),
    comment: draw.percent(8) ? "checked" : undefined,
  };
}

export function newIndex(making: Making, table: TablePart): IndexPart {
  const { model, draw } = making;
  const id = nextId(model);
  const columns = allColumns(model, table).filter(({ type }) => isOrdered(model, type));
  const chosen = draw.some(columns, 3);
  const picked = chosen.length > 0 ? chosen : columns.slice(0, 1);
  return {
    id,
    name: nameFor(making, "ix", id),
    method: draw.pick(["btree", "btree", "btree", "hash", "brin"]),
    columns: picked.map((column) => ({
      column: column.id,
      expression: draw.percent(20),
      descending: draw.percent(20),
    })),
    include: draw.percent(15) ? draw.some(columns, 1).map((column) => column.id) : [],
    where: draw.percent(20) ? draw.pickOr(columns)?.id : undefined,
    unique: draw.percent(20),
    fillfactor: draw.percent(10) ? 60 + draw.int(30) : undefined,
    clustered: draw.percent(5),
    comment: draw.percent(8) ? `index note ${id}` : undefined,
  };
}

function addForeignKey(making: Making, table: TablePart): void {
  const { model, draw } = making;
  const target = draw.pickOr(model.tables.filter((other) => keysOf(other).some(({ deferrable }) => !deferrable)));
  if (target === undefined || table.kind === "foreign" || table.ofType !== undefined) return;
  const key = draw.pick(keysOf(target).filter(({ deferrable }) => !deferrable));
  const id = nextId(model);
  const columns = key.columns.map((referred) => {
    const type = allColumns(model, target).find((column) => column.id === referred)!.type;
    const fits = draw.pickOr(
      table.columns.filter((column) => column.generated === undefined && sameType(column.type, type)),
    );
    if (fits !== undefined && draw.percent(50)) return fits.id;
    const added: ColumnPart = { id: nextId(model), name: `ref${model.next}`, type, notNull: false, grants: [] };
    table.columns.push(added);
    return added.id;
  });
  table.foreignKeys.push({
    id,
    name: nameFor(making, "fk", id),
    columns,
    target: target.id,
    key: key.id,
    onDelete: draw.pick(["", "", " on delete cascade", " on delete set null", " on update cascade"]),
    deferrable: draw.pick(["", "", "", " deferrable", " deferrable initially deferred"]),
    notValid: draw.percent(10),
  });
}
