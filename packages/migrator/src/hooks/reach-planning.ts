import type { MigrationPlan } from "@confiture/model";
import { parseSqlFile, predictEffects } from "@confiture/sql";
import type { Run } from "../execute/run.js";
import type { PreparedPlan } from "../plan/plan-migrations.js";

interface Planning {
  readonly direction: "up" | "down";
  readonly versions: readonly string[];
  /** Of a way back. Default `requested`. */
  readonly reason?: "requested" | "alert";
}

/**
 * Plans, with the hooks of the moments before and after it; on the way down, with those of the way back as well. Nothing has begun, so a
 * hook that fails is thrown.
 */
export async function reachPlanning(
  { moments }: Pick<Run, "moments">,
  { direction, versions, reason = "requested" }: Planning,
  plan: () => Promise<PreparedPlan>,
): Promise<PreparedPlan> {
  const at = { place: "between" } as const;
  const undoing = { reason, versions } as const;
  await moments.reach("before_plan_migration", { direction, versions }, at);
  if (direction === "down") await moments.reach("before_rollback_plan", undoing, at);
  const prepared = await plan();
  if (moments.wants("after_plan_migration", "between")) {
    const affectedTables = await tablesOf(prepared.plan);
    await moments.reach("after_plan_migration", { direction, versions, plan: prepared.plan, affectedTables }, at);
  }
  if (direction === "down")
    await moments.reach("after_rollback_plan", { ...undoing, plan: prepared.plan, mode: moments.mode }, at);
  return prepared;
}

/** What its statements would lock in more than reading; what a program does, nobody knows before it runs. */
async function tablesOf(plan: MigrationPlan): Promise<readonly string[]> {
  const steps = plan.migrations.flatMap(({ segments }) => segments.flatMap((segment) => segment.steps));
  const parsed = await Promise.all(steps.map(({ sql, at }) => parseSqlFile(sql, { file: at.file })));
  const effects = await predictEffects(parsed.flatMap(({ statements }) => statements));
  const names = effects.flatMap(({ operations, effect }) => [
    ...effect.locks.flatMap(({ relation, mode }) => (mode === "AccessShareLock" ? [] : [relation])),
    ...operations.flatMap(({ on }) => (on?.kind === "table" ? [on.name] : [])),
  ]);
  return [...new Set(names)].sort();
}
