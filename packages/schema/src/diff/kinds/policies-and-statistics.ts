import type { CatalogPolicy } from "@confiture/model";
import type { KindRules } from "./kind-rules.js";

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
    alter: (before, after) =>
      before.definition === after.definition ? changedTarget(after.name, before.target, after.target) : "replace",
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

/** -1 leaves it to the columns' own targets again. */
export function changedTarget(name: string, before: number | undefined, after: number | undefined): readonly string[] {
  return before === after ? [] : [`alter statistics ${name} set statistics ${after ?? -1}`];
}
