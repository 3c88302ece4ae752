import { allColumns } from "./find-parts.js";
import { home, type Making, nameFor, newNotes, nextId } from "./making.js";
import type { FunctionPart, OtherPart, TypePart, ViewPart } from "./schema-model.js";

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
