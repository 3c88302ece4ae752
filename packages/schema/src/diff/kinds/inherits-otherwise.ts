import type { CatalogIndex } from "../catalog-index.js";
import { isAttached } from "./inheritance.js";
import type { Sides } from "./kind-rules.js";

/**
 * Whether a table inherits in a way that no ALTER leads to: what is its own, what comes from its parents and what is both
 * is told when the table is made, and INHERIT always leaves columns the table's own. Such a table is made anew.
 */
export function inheritsOtherwise(table: string, sides: Sides): boolean {
  const { before, after } = sides;
  const [was, is] = [parents(table, before), parents(table, after)];
  if (was === undefined || is === undefined || is.length === 0) return false;
  if (!isAttached(table, sides)) return after.columnsOf(table).some(({ inheritance }) => inheritance === "inherited");
  if (was.filter((parent) => is.includes(parent)).join() !== is.filter((parent) => was.includes(parent)).join())
    return true;
  const columns = after.columnsOf(table).map((column) => ({
    had: before.find("columns", column.name),
    has: column,
    comes: is.some((parent) => isNew("columns", `${parent}.${column.column}`, sides)),
  }));
  const checks = after
    .constraintsOf(table)
    .filter(({ kind }) => kind === "check")
    .map((check) => ({
      had: before.find("constraints", check.name),
      has: check,
      comes: is.some((parent) => isNew("constraints", `${check.constraint} on ${parent}`, sides)),
    }));
  return (
    columns.some(({ had, has, comes }) => had !== undefined && !isReached(had, has, comes, "columns")) ||
    checks.some(({ had, has, comes }) => had !== undefined && !isReached(had, has, comes, "constraints"))
  );
}

interface Inherited {
  readonly inheritance?: "inherited" | "merged";
}

function isReached(had: Inherited, has: Inherited, comes: boolean, kind: "columns" | "constraints"): boolean {
  const [was, is] = [had.inheritance, has.inheritance];
  if (was === is || is === undefined) return true;
  if (is === "merged") return comes || (kind === "constraints" && was === "inherited");
  return kind === "columns" && comes;
}

function isNew(kind: "columns" | "constraints", name: string, { before, after }: Sides): boolean {
  return before.find(kind, name) === undefined && after.find(kind, name) !== undefined;
}

/** Undefined for what does not exist, and for partitions: attaching says it all. */
function parents(table: string, index: CatalogIndex): readonly string[] | undefined {
  const entry = index.find("tables", table);
  return entry === undefined ? undefined : entry.partition === undefined ? entry.inherits : [];
}
