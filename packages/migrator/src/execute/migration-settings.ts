import type { PlannedMigration, PlannedStep } from "@confiture/model";
import { type Cursor, failureAt } from "./failure-at.js";
import type { ExecutingRun } from "./run.js";
import { clearSession, leavesObjects, restoreSettings } from "./session-settings.js";

/** Whether a statement up to and with a segment may have left a setting or a role behind. */
export function changesSettings({ segments }: PlannedMigration, upTo: number): boolean {
  return segments
    .slice(0, upTo + 1)
    .some(
      (segment) =>
        segment.kind === "program" ||
        segment.steps.some((step) => step.mayChangeSettings || step.kind === "VariableSetStmt"),
    );
}

/** A resumed migration goes on under the search path and role that its finished part had set. */
export async function replaySettings(run: ExecutingRun, migration: PlannedMigration): Promise<void> {
  const { segments, resumeAt, file } = migration;
  const cursor: Cursor = { step: undefined, prefixLength: 0 };
  for (const step of segments
    .slice(0, resumeAt)
    .flatMap((segment) => segment.steps)
    .filter(onlySetsSettings)) {
    cursor.step = step;
    try {
      await run.session.query(step.sql);
    } catch (error) {
      throw failureAt(error, cursor, file, "Run again to go on from here.");
    }
  }
}

function onlySetsSettings(step: PlannedStep): boolean {
  return (
    step.kind === "VariableSetStmt" ||
    (step.kind === "SelectStmt" && /^select\s+(pg_catalog\.)?set_config\s*\(/i.test(step.sql))
  );
}

/** Settings are put back, and temporary tables and the like end with the migration: the next must not meet them. */
export async function leaveClean(run: ExecutingRun, migration: PlannedMigration): Promise<void> {
  const { segments } = migration;
  if (changesSettings(migration, segments.length - 1)) await restoreSettings(run.session, run.settings);
  if (!segments.some(leavesObjects)) return;
  run.spoilSession();
  await clearSession(run.session);
}
