import type { MigrationPlan } from "@confiture/model";
import type { RaisedAlert } from "../alerts/alert-options.js";
import { AlertWatch, alertError } from "../alerts/alert-watch.js";
import type { HookExecution } from "../hooks/hook-execution.js";
import { failureAt } from "./failure-at.js";
import type { MigrateOutcome } from "./migration-outcome.js";
import { PausePoints } from "./pause-points.js";
import type { ExecutingRun } from "./run.js";
import { RunMoments, versionsOf } from "./run-moments.js";
import { recordFailure } from "./write-record.js";

/** What a run needs besides its plan. */
export interface Conducted {
  execute(run: ExecutingRun, pausePoints: PausePoints): Promise<MigrateOutcome>;
  /** Undoes what the run has applied, for an alert. */
  undo(run: ExecutingRun, outcome: MigrateOutcome): Promise<MigrateOutcome>;
}

/** Runs a plan between its moments. A hook that fails before the first migration is an ending like others. */
export async function conductRun(run: ExecutingRun, plan: MigrationPlan, work: Conducted): Promise<MigrateOutcome> {
  const moments = new RunMoments(run, plan);
  const refusal = await refusable(run, plan, async () => {
    await moments.started();
    await moments.beforeExecute("between");
    return undefined;
  });
  const outcome = refusal ?? (await endedAlsoWhenThrown(moments, () => executeWatched(run, plan, { moments, work })));
  if (outcome.failed === null) await moments.executed(outcome.applied, "between", "commit");
  await moments.ended(outcome);
  const ofAlerts = outcome.hooks.filter((hook) => !run.moments.ledger.executions.includes(hook));
  // In the order in which they ended: those of alerts ran beside the others.
  return { ...outcome, hooks: [...run.moments.ledger.executions, ...ofAlerts].sort(byEnd) };
}

async function executeWatched(
  run: ExecutingRun,
  plan: MigrationPlan,
  { moments, work }: { readonly moments: RunMoments; readonly work: Conducted },
): Promise<MigrateOutcome> {
  const pausePoints = new PausePoints(run, moments);
  await pausePoints.open();
  const alerts = await AlertWatch.open(run, versionsOf(plan.migrations));
  if (alerts === undefined) return work.execute(run, pausePoints);
  alerts.onPause = (because) => pausePoints.want(because);
  const emit: ExecutingRun["options"]["emit"] = (event) => {
    alerts.note(event);
    run.options.emit(event);
  };
  const outcome = await work
    .execute({ ...run, options: { ...run.options, emit }, alerts }, pausePoints)
    .finally(() => alerts[Symbol.asyncDispose]());
  const undone = alerts.verdict === undefined ? outcome : await work.undo(run, asStopped(outcome, alerts.verdict));
  return { ...undone, hooks: alerts.executions };
}

/** The alert came when the last migration had just been committed. */
function asStopped(outcome: MigrateOutcome, verdict: RaisedAlert): MigrateOutcome {
  if (outcome.failed !== null) return outcome;
  const version = outcome.applied.at(-1)?.version ?? "";
  return { ...outcome, failed: { version, step: null, error: alertError(verdict) } };
}

function byEnd(one: HookExecution, other: HookExecution): number {
  return endOf(one) - endOf(other);
}

function endOf({ startedAt, durationMs }: HookExecution): number {
  return Date.parse(startedAt) + durationMs;
}

/** What is thrown is no ending, and those who wait for one are told all the same. */
export async function endedAlsoWhenThrown<Outcome>(
  moments: RunMoments,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const failed = { version: "", step: null, error: failureAt(error, noStep(), "", "").error };
    await moments.ended({ applied: [], failed, undone: null });
    throw error;
  }
}

/** The ending of a run whose hooks refuse to let it begin; undefined where they let it. */
export async function refusable(
  run: ExecutingRun,
  plan: MigrationPlan,
  begin: () => Promise<undefined>,
): Promise<MigrateOutcome | undefined> {
  try {
    return await begin();
  } catch (error) {
    return refused(run, plan, error);
  }
}

/** Nothing of the first migration has run. */
async function refused(run: ExecutingRun, plan: MigrationPlan, error: unknown): Promise<MigrateOutcome> {
  const first = plan.migrations[0];
  if (first === undefined) throw error;
  const failure = failureAt(error, noStep(), first.file, "Nothing was run.");
  if (run.moments.mode === "real") await recordFailure(run, first, failure);
  run.options.emit({ kind: "migration-failed", version: first.version, name: first.name, error: failure.error });
  const { ledger } = run.moments;
  return {
    executionId: run.options.executionId,
    direction: plan.direction,
    dryRun: run.moments.mode === "dry_run",
    applied: [],
    failed: { version: first.version, step: null, error: failure.error },
    inDoubt: [],
    undone: null,
    hooks: ledger.executions,
    interruptedHooks: ledger.interrupted,
  };
}

function noStep() {
  return { step: undefined, prefixLength: 0 };
}
