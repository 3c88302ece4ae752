import type { Catalog } from "@confiture/model";
import { respell, splitName } from "../../effects/picture/spelled-name.js";
import { quoteLiteral } from "../../write/quote-literal.js";
import type { ShadowColumn } from "./shadow-column.js";

/** Comments, rights, statistics targets and options: said again once the new column has the old one's name. */
export function columnNotes({ sql, column, table, entry }: ShadowColumn, catalog: Catalog): readonly string[] {
  const name = `${sql}.${column}`;
  const alter = `alter table ${sql} alter column ${column}`;
  return [
    ...(entry.statisticsTarget === undefined ? [] : [`${alter} set statistics ${entry.statisticsTarget}`]),
    ...(entry.options.length === 0 ? [] : [`${alter} set (${entry.options.join(", ")})`]),
    ...catalog.comments.flatMap(({ on, text }) => {
      const what = commentedPart(on, name, table);
      return what === undefined ? [] : [`comment on ${what} is ${quoteLiteral(text)}`];
    }),
    ...catalog.grants
      .filter(({ on, grantor }) => on.kind === "column" && respell(on.name) === name && grantor === undefined)
      .flatMap(({ grantee, granted }) =>
        granted.map((right) => {
          const [privilege = "", option] = right.split(" with grant option");
          return `grant ${privilege.toLowerCase()} (${column}) on ${sql} to ${grantee}${option === undefined ? "" : " with grant option"}`;
        }),
      ),
  ];
}

/** A comment that goes with the old column: its own, and those of the indexes and constraints made anew. */
function commentedPart(
  on: { readonly kind: string; readonly name: string },
  column: string,
  table: ShadowColumn["table"],
): string | undefined {
  if (on.kind === "table column") return respell(on.name) === column ? `column ${column}` : undefined;
  const own = splitName(column).bare;
  if (on.kind === "index") {
    const index = [...table.indexes].find(({ schema, bare }) => `${schema}.${bare}` === respell(on.name));
    return index?.shape?.uses.has(own) === true ? `index ${index.schema}.${index.bare}` : undefined;
  }
  if (on.kind !== "table constraint") return undefined;
  const suffix = ` on ${table.schema}.${table.bare}`;
  const constraint = [...table.constraints.values()].find(({ name }) => `${name}${suffix}` === on.name);
  return constraint?.columns.includes(own) === true ? `constraint ${constraint.name}${suffix}` : undefined;
}
