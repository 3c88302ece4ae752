import type { CatalogConstraint } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";

/** PostgreSQL 18: the one constraint that says NOT NULL of a column, under whatever name. */
export function notNullOf(table: string, column: string | undefined, index: CatalogIndex) {
  return index.constraintsOf(table).find(({ kind, columns }) => kind === "not null" && columns[0] === column);
}

/** Whether tables below have it too. The column stands before these words, and its name may say anything. */
export function isPassedOn({ definition, columns: [column = ""] }: CatalogConstraint): boolean {
  return !definition.slice(`NOT NULL ${column}`.length).includes(" NO INHERIT");
}
