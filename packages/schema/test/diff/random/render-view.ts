import { quoteIdentifier } from "@confiture/sql";
import { condition } from "./column-types.js";
import { baseOf, columnName, columnOf, placed, tableOf } from "./find-parts.js";
import { indexStatements } from "./render-index.js";
import { notesOn } from "./render-notes.js";
import type { SchemaModel, ViewPart } from "./schema-model.js";

export function renderView(model: SchemaModel, view: ViewPart): readonly string[] {
  const name = placed(model, view);
  const word = view.materialized ? "materialized view" : "view";
  const below = model.views.find(({ id }) => id === view.from);
  const base = baseOf(model, view)!;
  const column = (id: number, alias: string) => `${alias}.${columnName(model, base, id)}`;
  const joined = tableOf(model, view.join);
  const source = [
    `from ${placed(model, below ?? base)} a`,
    ...(joined === undefined
      ? []
      : [
          `left join ${placed(model, joined)} b on a.${columnName(model, base, view.columns[0]!)}::text = b.${quoteIdentifier(joined.columns[0]!.name)}::text`,
        ]),
  ].join(" ");
  const picked = view.columns.map((id) => column(id, "a"));
  const filter =
    view.where === undefined
      ? ""
      : ` where ${condition(model, columnOf(model, base, view.where)!.type, column(view.where, "a"), 2)}`;
  const grouped = view.grouped ? ` group by ${picked.join(", ")}` : "";
  const list = view.grouped ? [...picked, "count(*) as how_many"] : picked;
  const extra = joined === undefined || view.grouped ? [] : [`b.${quoteIdentifier(joined.columns[0]!.name)} as other`];
  const options = view.barrier && !view.materialized ? " with (security_barrier = true)" : "";
  const check = view.checkOption && !view.materialized ? " with local check option" : "";
  return [
    `create ${word} ${name}${options} as select ${[...list, ...extra].join(", ")} ${source}${filter}${grouped}${check}${view.materialized && mustBeEmpty(model, view) ? " with no data" : ""}`,
    ...view.indexes.flatMap((index) =>
      indexStatements(
        model,
        { ...base, name: view.name, schema: view.schema },
        { ...index, clustered: false, include: [], where: undefined },
        index.columns.map((part) => columnName(model, base, part.column)),
      ),
    ),
    ...notesOn(`${word} ${name}`, view),
  ];
}

/** Nobody is there to ask for the rows of a foreign table, and the owner of a view below may not look. */
function mustBeEmpty(model: SchemaModel, { from, join }: ViewPart): boolean {
  const isForeign = (id: number | undefined) => tableOf(model, id)?.kind === "foreign";
  const below = model.views.find(({ id }) => id === from);
  return (
    isForeign(from) ||
    isForeign(join) ||
    (below !== undefined && (below.materialized || below.owner !== undefined || mustBeEmpty(model, below)))
  );
}
