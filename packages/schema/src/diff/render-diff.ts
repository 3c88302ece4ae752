import type { DiffPlan, PlannedStatement } from "./plan-diff.js";

/**
 * The difference as a script: what may run in a transaction between BEGIN and COMMIT, hazards as comments. Bodies of
 * functions are not checked while it runs, for they may name what comes later. Empty when there is nothing to do.
 */
export function renderDiff({ statements }: Pick<DiffPlan, "statements">): string {
  if (statements.length === 0) return "";
  const lines = ["set check_function_bodies = off;", ""];
  let open = false;
  for (const statement of statements) {
    if (statement.transactional && !open) lines.push("begin;", "");
    if (!statement.transactional && open) lines.push("commit;", "");
    open = statement.transactional;
    lines.push(...hazardLines(statement), `${statement.sql};`, "");
    if (statement.commitBehind !== undefined && open) {
      lines.push(`-- ${statement.commitBehind}`, "commit;", "");
      open = false;
    }
  }
  if (open) lines.push("commit;", "");
  return lines.join("\n");
}

function hazardLines({ hazards, effect }: PlannedStatement): readonly string[] {
  const losses = effect.dataLoss.map(({ what, of }) => `${what} of ${of}`);
  return [
    ...(hazards.length === 0 ? [] : [`-- ${hazards.join(", ")}`]),
    ...(losses.length === 0 ? [] : [`-- Loses: ${losses.join("; ")}`]),
  ];
}
