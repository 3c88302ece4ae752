import { wholeNumbers } from "./column-types.js";
import { type Making, newGrant, owners } from "./making.js";
import { always, type Mutation, rename, set, takeOne } from "./mutation.js";
import { addFunction, addOther, addSchema, addSequence, addType, addView } from "./new-objects.js";
import type { Part, SchemaModel } from "./schema-model.js";

/** Comments, grants and owners are alike for everything. */
export const noteMutations: readonly Mutation[] = [
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

export const objectMutations: readonly Mutation[] = [
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
