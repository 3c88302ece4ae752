import type { CatalogPolicy, CatalogStatistics } from "@confiture/model";
import { keyOf } from "../catalog-index.js";
import type { KindRules, Sides } from "./kind-rules.js";

/** Who sees which rows, and what the planner is told about columns together. */
export const policyAndStatisticsRules = {
  policies: {
    named: ({ name }) => `policy ${name}`,
    create: (entry) => [
      `create policy ${entry.name}${entry.permissive ? "" : " as restrictive"} for ${entry.command} to ${entry.roles.join(", ")}` +
        usingClause(entry) +
        checkClause(entry),
    ],
    alter(before, after) {
      if (before.permissive !== after.permissive || before.command !== after.command) return "replace";
      // ALTER POLICY gives it another condition, and cannot take one away.
      if (lost(before.using, after.using) || lost(before.check, after.check)) return "replace";
      const changes = [
        before.roles.join() === after.roles.join() ? "" : ` to ${after.roles.join(", ")}`,
        before.using === after.using ? "" : usingClause(after),
        before.check === after.check ? "" : checkClause(after),
      ].join("");
      return changes === "" ? [] : [`alter policy ${after.name}${changes}`];
    },
    partOf: ({ table }) => ({ kind: "tables", name: table }),
  },
  statistics: {
    named: ({ name }) => `statistics ${name}`,
    create: (entry) => [entry.definition, ...changedTarget(entry.name, undefined, entry.target)],
    alter(before, after, sides) {
      if (before.definition !== after.definition) return "replace";
      // Made anew by the server behind a change of type, and without its target.
      const target = isMadeAnew(before, sides) ? undefined : before.target;
      return changedTarget(after.name, target, after.target);
    },
    partOf: ({ table }) => [
      { kind: "tables", name: table },
      { kind: "foreignTables", name: table },
      { kind: "materializedViews", name: table },
    ],
  },
} satisfies { [Kind in "policies" | "statistics"]: KindRules<Kind> };

function usingClause({ using }: CatalogPolicy): string {
  return using === undefined ? "" : ` using (${using})`;
}

function checkClause({ check }: CatalogPolicy): string {
  return check === undefined ? "" : ` with check (${check})`;
}

function lost(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after === undefined;
}

function isMadeAnew({ name }: CatalogStatistics, { before, after }: Sides): boolean {
  if (before.catalog.serverVersion < 140_000) return false;
  return before.needsOf(keyOf({ kind: "statistics", name })).some((key) => {
    const column = before.entries.get(key)?.kind === "columns" ? key.slice("columns ".length) : "";
    const [was, is] = [before.find("columns", column), after.find("columns", column)];
    return was !== undefined && is !== undefined && (was.type !== is.type || was.collation !== is.collation);
  });
}

/** -1 leaves it to the columns' own targets again. */
function changedTarget(name: string, before: number | undefined, after: number | undefined): readonly string[] {
  return before === after ? [] : [`alter statistics ${name} set statistics ${after ?? -1}`];
}
