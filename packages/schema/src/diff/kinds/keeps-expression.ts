import type { CatalogColumn } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { parentsOf } from "./inheritance.js";
import type { Sides } from "./kind-rules.js";

/**
 * Whether the server refuses SET EXPRESSION for a virtual column: PostgreSQL 18 would have to look at its values again for
 * the checks of the table, and at the row filters of publications. What comes from a parent changes with the parent's.
 */
export function keepsExpression(column: CatalogColumn, sides: Sides): boolean {
  if (column.generated?.kind !== "virtual") return false;
  const tables = [sides.before, sides.after].flatMap((index) => tablesWith(column, index));
  return tables.some((table) => isLookedAt(table, sides.before) || isLookedAt(table, sides.after));
}

/** All that have the column from one another, from the topmost down. */
function tablesWith({ table, column }: CatalogColumn, index: CatalogIndex): readonly string[] {
  const hasIt = (name: string) => index.find("columns", `${name}.${column}`) !== undefined;
  const tops = topsOf(table);
  return [...tops, ...tops.flatMap(below)];

  function topsOf(name: string): readonly string[] {
    const parents = parentsOf(name, index).filter(hasIt);
    return parents.length === 0 ? [name] : parents.flatMap(topsOf);
  }

  function below(name: string): readonly string[] {
    return index.childrenOf(name).flatMap((child) => [child, ...below(child)]);
  }
}

function isLookedAt(table: string, index: CatalogIndex): boolean {
  return (
    index.constraintsOf(table).some(({ kind }) => kind === "check") ||
    index.catalog.publications.some(({ tables }) => tables.some((member) => member.table === table))
  );
}
