import { isWholeNumber, wholeNumbers } from "./column-types.js";
import { allColumns } from "./find-parts.js";
import {
  addFunction,
  addOther,
  addPart,
  addSchema,
  addSequence,
  addTable,
  addToPart,
  addToTable,
  addType,
  addView,
  canBeInherited,
  type Making,
  newColumn,
  newColumnType,
  newGrant,
  newIdentity,
  owners,
} from "./new-parts.js";
import type { ColumnPart, Part, SchemaModel, TablePart } from "./schema-model.js";

/** One way to change a schema; false where it has nothing to change. What it breaks is put right behind it. */
interface Mutation {
  readonly name: string;
  readonly weight?: number;
  apply(making: Making): boolean;
}

/** Changes the model, and says by what. */
export function mutateSchema(making: Making): string {
  const weighted = mutations.flatMap((mutation) => Array.from({ length: mutation.weight ?? 2 }, () => mutation));
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const mutation = making.draw.pick(weighted);
    if (mutation.apply(making)) return mutation.name;
  }
  return "nothing";
}

type OnTable = (table: TablePart, making: Making) => unknown;
type OnColumn = (column: ColumnPart, making: Making, table: TablePart) => unknown;

function onTable(name: string, change: OnTable, weight?: number): Mutation {
  return {
    name,
    ...(weight === undefined ? {} : { weight }),
    apply(making) {
      const table = making.draw.pickOr(making.model.tables);
      return table !== undefined && change(table, making) !== false;
    },
  };
}

function onColumn(name: string, change: OnColumn, weight?: number): Mutation {
  return onTable(
    name,
    (table, making) => {
      const column = making.draw.pickOr(table.columns);
      return column !== undefined && change(column, making, table) !== false;
    },
    weight,
  );
}

function always(make: (making: Making) => void): Mutation["apply"] {
  return (making) => {
    make(making);
    return true;
  };
}

/** Takes one out of a list. */
function takeOne<Item>({ draw }: Making, list: Item[]): boolean {
  if (list.length === 0) return false;
  list.splice(draw.int(list.length - 1), 1);
  return true;
}

function set<Of>(part: Of, values: Partial<Of>): void {
  Object.assign(part as object, values);
}

function rename(part: { name: string }): void {
  part.name = part.name.startsWith("re ") ? part.name.slice(3) : `re ${part.name}`;
}

const onColumns: readonly Mutation[] = [
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

const onParts: readonly Mutation[] = [
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

const onTables: readonly Mutation[] = [
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

/** Comments, grants and owners are alike for everything. */
const onAnything: readonly Mutation[] = [
  {
    name: "change a comment, a grant or an owner",
    weight: 8,
    apply(making) {
      const { model, draw } = making;
      const parts: readonly Part[] = [
        ...model.schemas.filter(({ isPublic }) => !isPublic),
        ...model.types,
        ...model.sequences,
        ...model.functions,
        ...model.tables,
        ...model.views,
      ];
      const part = draw.pickOr(parts);
      if (part === undefined) return false;
      const privileges =
        part === model.tables.find(({ id }) => id === part.id) || model.views.some(({ id }) => id === part.id)
          ? undefined
          : ["usage"];
      draw.pick([
        () => set(part, { comment: part.comment === undefined ? `said ${draw.int(9)}` : undefined }),
        () =>
          set(part, {
            owner:
              part.owner === undefined && !model.functions.some(({ id }) => id === part.id)
                ? draw.pick(owners)
                : undefined,
          }),
        () => {
          if (part.grants.length > 0 && draw.percent(50)) part.grants.pop();
          else
            part.grants.push(
              newGrant(making, model.functions.some(({ id }) => id === part.id) ? ["execute"] : privileges),
            );
        },
      ])();
      return true;
    },
  },
];

const onOthers: readonly Mutation[] = [
  { name: "add a schema", weight: 1, apply: always(addSchema) },
  {
    name: "drop a schema",
    weight: 1,
    apply: ({ draw, model }) => {
      const schema = draw.pickOr(model.schemas.filter(({ isPublic }) => !isPublic));
      if (schema === undefined) return false;
      model.schemas = model.schemas.filter((other) => other !== schema);
      return true;
    },
  },
  { name: "add a type", weight: 2, apply: always(addType) },
  { name: "drop a type", weight: 1, apply: (making) => takeOne(making, making.model.types) },
  { name: "change a type", weight: 6, apply: ({ draw, model }) => changeOwnType(draw, model) },
  { name: "add a sequence", weight: 2, apply: always(addSequence) },
  { name: "drop a sequence", weight: 1, apply: (making) => takeOne(making, making.model.sequences) },
  { name: "change a sequence", weight: 4, apply: ({ draw, model }) => changeSequence(draw, model) },
  { name: "add a function", weight: 3, apply: always(addFunction) },
  { name: "drop a function", weight: 2, apply: (making) => takeOne(making, making.model.functions) },
  {
    name: "change a function",
    weight: 5,
    apply({ draw, model }) {
      const part = draw.pickOr(model.functions);
      if (part === undefined) return false;
      draw.pick([
        () => set(part, { variant: part.variant + 1 }),
        () => set(part, { language: part.language === "sql" ? "plpgsql" : "sql" }),
        () => set(part.settings, { definer: !part.settings.definer }),
        () => set(part.settings, { path: !part.settings.path }),
        () => set(part.settings, { cost: part.settings.cost === undefined ? 9 : undefined }),
        () => rename(part),
      ])();
      return true;
    },
  },
  { name: "add a view", weight: 4, apply: always(addView) },
  { name: "drop a view", weight: 3, apply: (making) => takeOne(making, making.model.views) },
  {
    name: "change a view",
    weight: 6,
    apply({ draw, model }) {
      const view = draw.pickOr(model.views);
      if (view === undefined) return false;
      draw.pick([
        () => set(view, { where: view.where === undefined ? view.columns[0] : undefined }),
        () => void view.columns.pop(),
        () => void view.columns.reverse(),
        () => set(view, { grouped: !view.grouped }),
        () => set(view, { barrier: !view.barrier }),
        () => set(view, { materialized: !view.materialized }),
        () => set(view, { checkOption: !view.checkOption }),
      ])();
      return true;
    },
  },
  { name: "add something else", weight: 3, apply: always(addOther) },
  { name: "drop something else", weight: 2, apply: (making) => takeOne(making, making.model.others) },
  {
    name: "change something else",
    weight: 3,
    apply({ draw, model }) {
      const other = draw.pickOr(model.others.filter(({ kind }) => kind !== "extension"));
      if (other === undefined) return false;
      if (draw.percent(60)) other.variant += 1;
      else other.comment = other.comment === undefined ? "said" : undefined;
      return true;
    },
  },
];

function changeOwnType(draw: Making["draw"], model: SchemaModel): boolean {
  const type = draw.pickOr(model.types);
  switch (type?.kind) {
    case "enum":
      draw.pick([
        () => void type.labels.splice(draw.int(type.labels.length), 0, `new ${draw.int(99)}`),
        () => void type.labels.push("last one"),
        () => void (type.labels.length > 1 && type.labels.splice(draw.int(type.labels.length - 1), 1)),
        () => void type.labels.reverse(),
      ])();
      type.labels = [...new Set(type.labels)];
      return true;
    case "domain":
      draw.pick([
        () => set(type, { atLeast: type.atLeast === undefined ? 0 : undefined }),
        () => set(type, { notNull: !type.notNull }),
        () => set(type, { default: type.default === undefined ? draw.int(9) : undefined }),
        () => set(type, { base: type.base === "integer" ? "text" : "integer" }),
      ])();
      return true;
    case "composite":
      draw.pick([
        () => void type.attributes.push({ name: `b${draw.int(99)}`, type: draw.pick(["integer", "text"]) }),
        () => void (type.attributes.length > 1 && type.attributes.pop()),
        () => set(type.attributes[0]!, { type: draw.pick(["bigint", "text", "integer"]) }),
      ])();
      type.attributes = type.attributes.filter(
        ({ name }, place) => type.attributes.findIndex((other) => other.name === name) === place,
      );
      return true;
    case "range":
      type.subtype = draw.pick(["integer", "text", "numeric"]);
      return true;
    default:
      return false;
  }
}

function changeSequence(draw: Making["draw"], model: SchemaModel): boolean {
  const sequence = draw.pickOr(model.sequences);
  if (sequence === undefined) return false;
  draw.pick([
    () => set(sequence, { as: draw.pick(wholeNumbers) }),
    () => set(sequence, { start: sequence.start + 1 }),
    () => set(sequence, { increment: sequence.increment + 1 }),
    () => set(sequence, { cycle: !sequence.cycle }),
    () => {
      const table = draw.pickOr(
        model.tables.filter(
          ({ kind, columns, schema }) => kind === "table" && columns.length > 0 && schema === sequence.schema,
        ),
      );
      sequence.ownedBy =
        table === undefined || sequence.ownedBy !== undefined
          ? undefined
          : { table: table.id, column: draw.pick(table.columns).id };
    },
  ])();
  return true;
}

const mutations: readonly Mutation[] = [...onColumns, ...onParts, ...onTables, ...onAnything, ...onOthers];
