import { wholeNumbers } from "./column-types.js";
import { home, type Making, nameFor, newGrant, newNotes, nextId, tablePrivileges } from "./making.js";
import { newColumn } from "./new-column.js";
import { addToTable, newCheck, newIndex } from "./new-table-parts.js";
import type { PartitionPart, TablePart } from "./schema-model.js";

export function addTable(making: Making): void {
  const { model, draw } = making;
  const table = emptyTable(making);
  const roll = draw.int(99);
  const server = model.others.some(({ kind }) => kind === "server");
  const ofType = draw.pickOr(model.types.filter(({ kind }) => kind === "composite"));
  const parent = draw.pickOr(model.tables.filter(canBeInherited));
  if (roll < 5 && server) {
    model.tables.push({ ...table, kind: "foreign", columns: [newColumn(making, table), newColumn(making, table)] });
    return;
  }
  if (roll < 9 && ofType !== undefined) {
    model.tables.push({ ...table, ofType: ofType.id });
    return;
  }
  if (roll < 18 && parent !== undefined) table.parent = parent.id;
  table.columns.push({
    ...newColumn(making, table, { builtIn: draw.pick(wholeNumbers.slice(1)), array: false }),
    default: undefined,
    notNull: true,
  });
  for (let count = draw.int(5); count > 0; count -= 1) table.columns.push(newColumn(making, table));
  if (roll >= 80) table.partition = newPartition(making, table);
  else {
    table.unlogged = draw.percent(8);
    table.options = draw.percent(15)
      ? { fillfactor: 50 + draw.int(49), autovacuum: draw.percent(50) ? false : undefined }
      : {};
  }
  model.tables.push(table);
  if (draw.percent(75)) addPrimaryKey(making, table);
  for (let count = draw.int(4); count > 0; count -= 1) addToTable(making, table);
}

function emptyTable(making: Making): TablePart {
  const id = nextId(making.model);
  return {
    id,
    name: nameFor(making, "t", id),
    schema: home(making),
    kind: "table",
    columns: [],
    uniques: [],
    checks: [],
    excludes: [],
    foreignKeys: [],
    indexes: [],
    triggers: [],
    policies: [],
    rules: [],
    statistics: [],
    options: {},
    unlogged: false,
    rowSecurity: false,
    forceRowSecurity: false,
    replicaIdentity: "default",
    ...newNotes(making, tablePrivileges),
  };
}

/** Its children may have anything else. */
export function canBeInherited(table: TablePart): boolean {
  return (
    table.kind === "table" && table.partition === undefined && table.ofType === undefined && table.parent === undefined
  );
}

function addPrimaryKey({ model }: Making, table: TablePart): void {
  const id = nextId(model);
  const column = table.columns[0];
  if (column !== undefined)
    table.primaryKey = {
      id,
      name: `${table.name} pk${id}`,
      columns: [column.id],
      deferrable: false,
      nullsNotDistinct: false,
    };
}

function newPartition(making: Making, table: TablePart): NonNullable<TablePart["partition"]> {
  const by = making.draw.pick(["range", "list", "hash"] as const);
  const partition: NonNullable<TablePart["partition"]> = { by, column: table.columns[0]!.id, parts: [] };
  table.partition = partition;
  for (let count = 1 + making.draw.int(2); count > 0; count -= 1) addPart(making, table);
  return partition;
}

export function addPart(making: Making, table: TablePart): void {
  const { model, draw } = making;
  const partition = table.partition;
  if (partition === undefined) return;
  const id = nextId(model);
  const taken = partition.parts.map(({ slot }) => slot);
  const isDefault = partition.by !== "hash" && !taken.includes("default") && draw.percent(20);
  const free = [0, 1, 2, 3, 4, 5, 6, 7].filter((slot) => !taken.includes(slot));
  const slot = isDefault ? "default" : draw.pickOr(free);
  if (slot === undefined) return;
  const part: PartitionPart = {
    id,
    name: `${table.name}_p${id}`,
    slot,
    defaults: [],
    notNull: [],
    checks: [],
    indexes: [],
    disabledTriggers: [],
    grants: [],
    parts: draw.percent(15) ? 2 : 0,
    fillfactor: draw.percent(10) ? 70 : undefined,
    comment: draw.percent(10) ? `part ${id}` : undefined,
  };
  partition.parts.push(part);
  if (draw.percent(50)) addToPart(making, table, part);
}

/** What a partition has of its own. */
export function addToPart(making: Making, table: TablePart, part: PartitionPart): void {
  const { draw } = making;
  const column = draw.pickOr(table.columns);
  if (column === undefined) return;
  draw.pick([
    () => void part.defaults.push({ column: column.id, n: 10 + draw.int(9) }),
    () => void part.notNull.push(column.id),
    () => void part.checks.push(newCheck(making, table)),
    () => void part.indexes.push(newIndex(making, table)),
    () => {
      const trigger = draw.pickOr(table.triggers);
      if (trigger !== undefined) part.disabledTriggers.push(trigger.id);
    },
    () => void part.grants.push(newGrant(making)),
  ])();
}
