import { alertError } from "../alerts/alert-watch.js";
import { countSteps } from "../hooks/moments-of-migration.js";
import type { PreparedPlan } from "../plan/plan-migrations.js";
import type { SegmentProgress } from "../record/applied-migration.js";
import { refuseAborted } from "./cancel-on-abort.js";
import { failureAt } from "./failure-at.js";
import { MigrationExecution, type MigrationToExecute } from "./migration-execution.js";
import { type MigrateOutcome, type MigrationResult, StepFailure } from "./migration-outcome.js";
import type { PausePoints } from "./pause-points.js";
import type { ExecutingRun } from "./run.js";
import { recordFailure } from "./write-record.js";

/** Executes a plan migration by migration, and records each. A failure ends it and is part of what it returns. */
export async function executePlan(
  run: ExecutingRun,
  prepared: PreparedPlan,
  progress: readonly SegmentProgress[],
  pausePoints: PausePoints,
): Promise<MigrateOutcome> {
  const { plan } = prepared;
  const { options } = run;
  const outcome = {
    executionId: options.executionId,
    direction: plan.direction,
    dryRun: false,
    undone: null,
    interruptedHooks: run.moments.ledger.interrupted,
  };
  const applied: MigrationResult[] = [];
  options.emit({
    kind: "planned",
    direction: plan.direction,
    versions: plan.migrations.map(({ version }) => version),
    planHash: plan.hash,
  });
  for (const migration of plan.migrations) {
    const isLast = migration === plan.migrations.at(-1);
    const { version } = migration;
    const atPausePoint = () => pausePoints.reach({ version, completed: applied.map((migrated) => migrated.version) });
    const toExecute = { prepared, migration, progress, isLast, atPausePoint };
    const execution = new MigrationExecution(run, toExecute);
    try {
      refuseAborted(options.signal);
      await atPausePoint();
      applied.push(await executeMigration(run, toExecute, execution));
    } catch (error) {
      const failure = asAlerted(run, failureAt(error, nowhere, migration.file, "Run again to go on from here."));
      await recordFailure(run, migration, failure);
      await execution.failed(failure.error);
      options.emit({
        kind: "migration-failed",
        version: migration.version,
        name: migration.name,
        error: failure.error,
      });
      return {
        ...outcome,
        applied,
        hooks: run.moments.ledger.executions,
        failed: { version: migration.version, step: failure.step, error: failure.error },
        inDoubt: failure.error.code === "CONFITURE_IN_DOUBT" ? [migration.version] : [],
      };
    }
  }
  return { ...outcome, applied, failed: null, inDoubt: [], hooks: run.moments.ledger.executions };
}

async function executeMigration(
  { options }: ExecutingRun,
  { migration, prepared }: MigrationToExecute,
  execution: MigrationExecution,
): Promise<MigrationResult> {
  const { direction } = prepared.plan;
  const { version, name } = migration;
  options.emit({ kind: "migration-started", version, name, direction, steps: countSteps(migration) });
  const started = options.now();
  const steps = await execution.run();
  const durationMs = options.now() - started;
  options.emit({ kind: "migration-finished", version, name, direction, durationMs });
  return { version, name, durationMs, steps };
}

const nowhere = { step: undefined, prefixLength: 0 };

/** A run that an alert has stopped was not cancelled by anybody. */
function asAlerted({ alerts }: ExecutingRun, failure: StepFailure): StepFailure {
  if (alerts?.verdict === undefined || failure.error.code !== "CONFITURE_CANCELLED") return failure;
  return new StepFailure(failure.step, alertError(alerts.verdict));
}
