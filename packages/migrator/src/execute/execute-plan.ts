import type { PlannedMigration } from "@confiture/model";
import type { PreparedPlan } from "../plan/plan-migrations.js";
import type { SegmentProgress } from "../record/applied-migration.js";
import { failureAt } from "./failure-at.js";
import { MigrationExecution, type MigrationToExecute } from "./migration-execution.js";
import type { MigrateOutcome, MigrationResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { recordFailure } from "./write-record.js";

/** Executes a plan migration by migration, and records each. A failure ends it and is part of what it returns. */
export async function executePlan(
  run: ExecutingRun,
  prepared: PreparedPlan,
  progress: readonly SegmentProgress[],
): Promise<MigrateOutcome> {
  const { plan } = prepared;
  const { options } = run;
  const outcome = { executionId: options.executionId, direction: plan.direction, dryRun: false };
  const applied: MigrationResult[] = [];
  options.emit({
    kind: "planned",
    direction: plan.direction,
    versions: plan.migrations.map(({ version }) => version),
    planHash: plan.hash,
  });
  for (const migration of plan.migrations) {
    try {
      const isLast = migration === plan.migrations.at(-1);
      applied.push(await executeMigration(run, { prepared, migration, progress, isLast }));
    } catch (error) {
      const failure = failureAt(
        error,
        { step: undefined, prefixLength: 0 },
        migration.file,
        "Run again to go on from here.",
      );
      await recordFailure(run, migration, failure);
      options.emit({
        kind: "migration-failed",
        version: migration.version,
        name: migration.name,
        error: failure.error,
      });
      return {
        ...outcome,
        applied,
        failed: { version: migration.version, step: failure.step, error: failure.error },
        inDoubt: failure.error.code === "CONFITURE_IN_DOUBT" ? [migration.version] : [],
      };
    }
  }
  return { ...outcome, applied, failed: null, inDoubt: [] };
}

async function executeMigration(run: ExecutingRun, toExecute: MigrationToExecute): Promise<MigrationResult> {
  const { options } = run;
  const { migration, prepared } = toExecute;
  const { direction } = prepared.plan;
  const { version, name } = migration;
  options.emit({ kind: "migration-started", version, name, direction, steps: countSteps(migration) });
  const started = options.now();
  const steps = await new MigrationExecution(run, toExecute).run();
  const durationMs = options.now() - started;
  options.emit({ kind: "migration-finished", version, name, direction, durationMs });
  return { version, name, durationMs, steps };
}

function countSteps(migration: PlannedMigration): number {
  return migration.segments.reduce((count, segment) => count + Math.max(1, segment.steps.length), 0);
}
