import type { Draw } from "@confiture/testkit/draw";
import { builtInTypes, isOrdered, isWholeNumber, typeOfExpression, wholeNumbers } from "./column-types.js";
import { allColumns, keysOf } from "./find-parts.js";
import type {
  CheckPart,
  ColumnPart,
  ColumnType,
  FunctionPart,
  Grant,
  IndexPart,
  OtherPart,
  PartitionPart,
  SchemaModel,
  TablePart,
  TypePart,
  ViewPart,
} from "./schema-model.js";

export interface Making {
  readonly model: SchemaModel;
  readonly draw: Draw;
}

const tablePrivileges = ["select", "insert", "update", "delete", "select, insert", "references", "all"];
export const roles = ["public", "pg_monitor", "pg_read_all_settings"];
export const owners = ["pg_monitor", "pg_read_all_settings"];

export function nextId(model: SchemaModel): number {
  model.next += 1;
  return model.next;
}

/** Unlike any other, and now and then one that must be quoted. */
function nameFor({ draw }: Making, prefix: string, id: number): string {
  if (draw.percent(6)) return `${prefix.toUpperCase()} "${id}"`;
  return draw.percent(4) ? `select.${prefix}${id}` : `${prefix}${id}`;
}

export function newGrant({ draw }: Making, privileges: readonly string[] = tablePrivileges): Grant {
  const to = draw.pick(roles);
  return { privilege: draw.pick(privileges), to, withOption: to !== "public" && draw.percent(15) };
}

function newNotes(making: Making, privileges: readonly string[]) {
  const { draw } = making;
  return {
    comment: draw.percent(15) ? `note ${draw.int(99)}` : undefined,
    grants: draw.percent(15) ? [newGrant(making, privileges)] : [],
    owner: draw.percent(6) ? draw.pick(owners) : undefined,
  };
}

function home({ model, draw }: Making): number {
  return draw.pick(model.schemas).id;
}

export function addSchema(making: Making): void {
  const id = nextId(making.model);
  making.model.schemas.push({
    id,
    name: nameFor(making, "s", id),
    isPublic: false,
    ...newNotes(making, ["usage", "create"]),
  });
}

export function addType(making: Making): void {
  const { model, draw } = making;
  const id = nextId(model);
  const base = { id, schema: home(making), ...newNotes(making, ["usage"]) };
  model.types.push(
    draw.pick<() => TypePart>([
      () => ({
        ...base,
        name: nameFor(making, "e", id),
        kind: "enum",
        labels: ["low", "it's", "High Up", "x"].slice(0, 1 + draw.int(3)),
      }),
      () => ({
        ...base,
        name: nameFor(making, "d", id),
        kind: "domain",
        base: draw.pick(["integer", "text"] as const),
        atLeast: draw.percent(60) ? draw.int(2) : undefined,
        notNull: draw.percent(15),
        default: draw.percent(30) ? draw.int(9) : undefined,
      }),
      () => ({
        ...base,
        name: nameFor(making, "c", id),
        kind: "composite",
        attributes: Array.from({ length: 1 + draw.int(2) }, (_, place) => ({
          name: `a${place}`,
          type: draw.pick(["integer", "text", "date"]),
        })),
      }),
      () => ({
        ...base,
        name: nameFor(making, "r", id),
        kind: "range",
        subtype: draw.pick(["integer", "text", "numeric"]),
      }),
    ])(),
  );
}

export function addSequence(making: Making): void {
  const { model, draw } = making;
  const id = nextId(model);
  model.sequences.push({
    id,
    name: nameFor(making, "q", id),
    schema: home(making),
    as: draw.pick(["bigint", "bigint", "integer", "smallint"]),
    start: 1 + draw.int(9),
    increment: 1 + draw.int(2),
    cycle: draw.percent(20),
    ...newNotes(making, ["usage", "select"]),
  });
}

export function addFunction(making: Making, kind?: FunctionPart["kind"]): void {
  const { model, draw } = making;
  const id = nextId(model);
  const kinds: FunctionPart["kind"][] = ["number", "number", "trigger", "procedure", "reads table", "takes type"];
  if (model.version >= 14) kinds.push("atomic");
  const chosen = kind ?? draw.pick(kinds);
  const table = draw.pickOr(model.tables)?.id;
  const type = draw.pickOr(model.types.filter((candidate) => candidate.kind !== "composite"))?.id;
  if ((chosen === "reads table" || chosen === "atomic") && table === undefined) return;
  if (chosen === "takes type" && type === undefined) return;
  model.functions.push({
    id,
    name: nameFor(making, "f", id),
    schema: home(making),
    kind: chosen,
    variant: 1 + draw.int(5),
    language: draw.pick(["sql", "plpgsql"] as const),
    volatility: "immutable",
    settings: {
      definer: draw.percent(15),
      path: draw.percent(15),
      parallel: draw.percent(30),
      cost: draw.percent(15) ? 5 + draw.int(50) : undefined,
    },
    table: chosen === "reads table" || chosen === "atomic" ? table : undefined,
    type: chosen === "takes type" ? type : undefined,
    ...newNotes(making, ["execute"]),
    owner: undefined,
  });
}

export function newColumnType({ model, draw }: Making): ColumnType {
  if (draw.percent(30) && model.types.length > 0) return { type: draw.pick(model.types).id, array: draw.percent(20) };
  return { builtIn: draw.pick(builtInTypes), array: draw.percent(10) };
}

export function newColumn(making: Making, table: TablePart, type: ColumnType = newColumnType(making)): ColumnPart {
  const { model, draw } = making;
  const id = nextId(model);
  const column: ColumnPart = { id, name: nameFor(making, "c", id), type, notNull: draw.percent(25), grants: [] };
  const roll = draw.int(99);
  const sources = table.columns.filter((other) => other.generated === undefined && typeOfExpression(model, other.type));
  if (roll < 25) column.default = { kind: "literal", n: draw.int(9) };
  else if (roll < 32 && isWholeNumber(type)) column.identity = newIdentity(making);
  else if (roll < 37 && isWholeNumber(type)) {
    const sequence = draw.pickOr(model.sequences);
    if (sequence !== undefined) column.default = { kind: "sequence", id: sequence.id };
  } else if (roll < 42 && isWholeNumber(type)) {
    const call = draw.pickOr(model.functions.filter(({ kind }) => kind === "number"));
    if (call !== undefined) column.default = { kind: "function", id: call.id };
  } else if (roll < 50 && sources.length > 0 && table.kind === "table") {
    const source = draw.pick(sources);
    column.type = typeOfExpression(model, source.type)!;
    column.generated = { from: source.id, n: draw.int(1), virtual: model.version >= 18 && draw.percent(50) };
  }
  if (draw.percent(10)) column.comment = `column note ${draw.int(99)}`;
  if (draw.percent(8)) column.grants = [newGrant(making, ["select", "update", "insert"])];
  if (draw.percent(6)) column.statistics = 10 + draw.int(90);
  if (draw.percent(4)) column.distinct = 2 + draw.int(9);
  if (draw.percent(8)) column.storage = "external";
  if (model.version >= 14 && draw.percent(4)) column.compression = "pglz";
  if (draw.percent(8)) column.collation = '"C"';
  return column;
}

export function newIdentity({ draw }: Making): NonNullable<ColumnPart["identity"]> {
  return {
    always: draw.percent(50),
    start: draw.percent(30) ? 1 + draw.int(50) : undefined,
    increment: draw.percent(20) ? 1 + draw.int(4) : undefined,
  };
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

/** Its children may have anything else. */
export function canBeInherited(table: TablePart): boolean {
  return (
    table.kind === "table" && table.partition === undefined && table.ofType === undefined && table.parent === undefined
  );
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

export function sameType(a: ColumnType, b: ColumnType): boolean {
  return a.builtIn === b.builtIn && a.type === b.type && a.array === b.array;
}

export function addView(making: Making): void {
  const { model, draw } = making;
  const id = nextId(model);
  const below = draw.percent(35) ? draw.pickOr(model.views) : undefined;
  const table = draw.pickOr(model.tables.filter(({ ofType, columns }) => ofType === undefined && columns.length > 0));
  if (table === undefined) return;
  const columns = below?.columns ?? allColumns(model, table).map((column) => column.id);
  const chosen = draw.some(columns, 4);
  const plain = draw.percent(60);
  const view: ViewPart = {
    id,
    name: nameFor(making, "v", id),
    schema: home(making),
    materialized: draw.percent(25),
    from: below?.id ?? table.id,
    columns: chosen.length > 0 ? chosen : columns.slice(0, 1),
    join: plain ? undefined : draw.pickOr(model.tables.filter((other) => other.columns.length > 0))?.id,
    where: draw.percent(40) ? draw.pickOr(columns) : undefined,
    grouped: draw.percent(15),
    barrier: draw.percent(15),
    checkOption: draw.percent(10),
    indexes: [],
    ...newNotes(making, ["select"]),
  };
  if (view.materialized && draw.percent(60)) {
    const indexId = nextId(model);
    const index = { column: view.columns[0]!, expression: false, descending: false };
    view.indexes.push({
      id: indexId,
      name: `vix${indexId}`,
      method: "btree",
      columns: [index],
      include: [],
      unique: draw.percent(30),
      clustered: false,
    });
  }
  model.views.push(view);
}

const otherKinds: readonly OtherPart["kind"][] = [
  "aggregate",
  "collation",
  "text search configuration",
  "text search dictionary",
  "operator",
  "cast",
  "publication",
  "default privileges",
  "event trigger",
  "extension",
  "server",
];

export function addOther(making: Making, kind: OtherPart["kind"] = making.draw.pick(otherKinds)): void {
  const { model, draw } = making;
  const id = nextId(model);
  const about = {
    operator: draw.pickOr(model.functions.filter((candidate) => candidate.kind === "number"))?.id,
    cast: draw.pickOr(model.types.filter((candidate) => candidate.kind === "composite"))?.id,
    publication: draw.percent(70) ? draw.pickOr(model.tables)?.id : undefined,
  }[kind as string];
  model.others.push({
    id,
    kind,
    name: `o${id}`,
    schema: home(making),
    variant: draw.int(5),
    about,
    comment: draw.percent(25) ? `other ${draw.int(9)}` : undefined,
    grants: [],
  });
}
