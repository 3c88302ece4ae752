import type { CatalogColumn } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { asideName } from "./aside-name.js";
import { convertColumn } from "./convert-column.js";
import type { Sides } from "./kind-rules.js";
import { ownedSequence, successorOfIdentity, takePosition } from "./sequence-positions.js";

/**
 * Brings the rows of a table that stands aside into the one made in its place, and its identity columns up to them.
 * @param isRemade whether a type of that name stands aside itself.
 */
export function copyRows(
  table: string,
  aside: string,
  sides: Sides,
  isRemade: (type: string) => boolean,
): readonly string[] {
  const had = new Map(sides.before.columnsOf(table).map((column) => [column.column, column]));
  const columns = sides.after
    .columnsOf(table)
    .filter(({ column, generated }) => generated === undefined && had.has(column));
  if (columns.length === 0) return [];
  const values = columns.map(({ column, type }) => {
    const types = [had.get(column)?.type ?? type, type] as const;
    return convertColumn(column, types, sides, isRemade(type)) ?? column;
  });
  const always = columns.some(({ identity }) => identity?.generation === "always");
  return [
    `insert into ${table} (${columns.map(({ column }) => column).join(", ")})${always ? " overriding system value" : ""}\nselect ${values.join(", ")} from ${aside}`,
    ...columns.flatMap((column) => positionOf(column, had.get(column.column), sides)),
  ];
}

/** Where the old one stood, if it counted the same way; else behind the last row. */
function positionOf(after: CatalogColumn, before: CatalogColumn | undefined, sides: Sides): readonly string[] {
  const sequence = after.identity ?? (before && successorOfIdentity(before, sides));
  if (sequence === undefined) return [];
  const name = "sequence" in sequence ? sequence.sequence : sequence.name;
  const isDown = sequence.increment.startsWith("-");
  if (before?.identity !== undefined && before.identity.increment.startsWith("-") === isDown)
    return [takePosition(name, asideName({ name: before.identity.sequence }, sides))];
  if (ownedSequence(after.name, sides.before) !== undefined) return [];
  const last = `${isDown ? "min" : "max"}(${after.column})`;
  return [`select pg_catalog.setval(${quoteLiteral(name)}, ${last}) from ${after.table} having count(*) > 0`];
}
