import type { CatalogColumn, ForeignOptions } from "@confiture/model";
import { changedOptionsClause, noteOnSecrets, optionsClause } from "./foreign-options.js";

/** What a column of a foreign table says between its type and the rest. */
export function columnOptionsClause(column: CatalogColumn): string {
  return optionsClause(optionsOf(column));
}

/** A comment to stand before the statement that makes the column. */
export function noteOnColumnSecrets(column: CatalogColumn): string {
  return noteOnSecrets(columnNamed(column), optionsOf(column));
}

/** For a column that a new foreign table has from a parent: it cannot say them with the column. */
export function optionsOfInherited(column: CatalogColumn): readonly string[] {
  return alterColumnOptions({ ...column, foreignOptions: [], maskedForeignOptions: [] }, column);
}

/** @throws CONFITURE_DIFF_IMPOSSIBLE for a secret that is not there yet. */
export function alterColumnOptions(before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const changes = changedOptionsClause(columnNamed(after), optionsOf(before), optionsOf(after));
  return changes === "" ? [] : [`alter ${columnNamed(after)}${changes}`];
}

function columnNamed({ table, column }: CatalogColumn): string {
  return `foreign table ${table} alter column ${column}`;
}

function optionsOf({ foreignOptions, maskedForeignOptions }: CatalogColumn): ForeignOptions {
  return { options: foreignOptions, maskedOptions: maskedForeignOptions };
}
