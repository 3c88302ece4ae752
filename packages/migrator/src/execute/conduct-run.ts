import type { MigrationEvents } from "@confiture/hooks";
import type { MigrationPlan } from "@confiture/model";
import type { RaisedAlert } from "../alerts/alert-options.js";
import { AlertWatch, alertError } from "../alerts/alert-watch.js";
import { describeHookError } from "../hooks/describe-hook-error.js";
import type { HookExecution } from "../hooks/hook-execution.js";
import type { HookMoments, Place } from "../hooks/hook-moments.js";
import { countSteps } from "../hooks/moments-of-migration.js";
import { failureAt } from "./failure-at.js";
import type { MigrateOutcome } from "./migration-outcome.js";
import { PausePoints } from "./pause-points.js";
import type { ExecutingRun } from "./run.js";
import { recordFailure } from "./write-record.js";

const between = { place: "between" } as const;
/** While a run stands still, what is done is committed. */
const standing = { place: "between", behind: "commit" } as const;

/** The moments of a run as a whole. From `migration_started` on it ends with exactly one of completed, failed, cancelled and rolled back. */
export class RunMoments {
  readonly #run: ExecutingRun;
  readonly #plan: MigrationPlan;
  readonly #started: number;
  readonly #reason: "requested" | "alert";

  constructor(run: ExecutingRun, plan: MigrationPlan, reason: "requested" | "alert" = "requested") {
    this.#reason = reason;
    this.#run = run;
    this.#plan = plan;
    this.#started = run.options.now();
  }

  async started(): Promise<void> {
    await this.#run.moments.reach("migration_started", this.#state([]), between);
  }

  async beforeExecute(place: Place): Promise<void> {
    const { moments } = this.#run;
    if (this.#plan.direction === "down") await moments.reach("before_rollback", this.#rollback(), { place });
    await moments.reach("before_execute", this.#execution(), { place });
  }

  /** All of the plan has run: behind its commit, or inside of a rehearsal. */
  async executed(
    applied: MigrateOutcome["applied"],
    place: Place,
    behind: "commit" | undefined,
    moments: HookMoments = this.#run.moments,
  ): Promise<void> {
    const at = { place, ...(behind === undefined ? {} : { behind }) };
    const steps = applied.flatMap((migration) => migration.steps);
    const done = { stepsCompleted: steps.length, durationMs: this.#elapsedMs };
    const rowsAffected = rowsOf(applied);
    const executed = { ...this.#execution(), ...done, applied: versionsOf(applied), rowsAffected };
    await moments.reach("after_execute", executed, at);
    if (this.#plan.direction === "down") await moments.reach("after_rollback", { ...this.#rollback(), ...done }, at);
  }

  /**
   * A rehearsal has run all of the plan, and is rolled back: hooks that would look for what it made are left out, and those on its connection
   * have had their moment inside.
   */
  async executedInRehearsal(applied: MigrateOutcome["applied"]): Promise<void> {
    const why = "it would need what a rehearsal does not commit";
    for (const event of ["after_execute", "after_rollback"] as const)
      if (event === "after_execute" || this.#plan.direction === "down")
        await this.#run.moments.skip(event, undefined, why);
    await this.executed(applied, "unconnected", "commit");
  }

  async rehearsed(
    applied: MigrateOutcome["applied"],
    on: "target" | "shadow",
    failed: MigrateOutcome["failed"],
  ): Promise<void> {
    const steps = applied.flatMap((migration) => migration.steps);
    const done = { stepsCompleted: steps.length, rowsAffected: rowsOf(applied), durationMs: this.#elapsedMs };
    const error = failed === null ? {} : { error: describeHookError(failed.error) };
    const end = { ...between, behind: "commit" } as const;
    await this.#run.moments.reach("after_dry_run", { plan: this.#plan, on, ...done, ...error }, end);
  }

  async paused(completed: readonly string[], because: string): Promise<void> {
    await this.#run.moments.reach("migration_paused", { ...this.#state(completed), because }, standing);
  }

  async resumed(completed: readonly string[]): Promise<void> {
    await this.#run.moments.reach("migration_resumed", this.#state(completed), standing);
  }

  async ended({ applied, failed, undone }: Pick<MigrateOutcome, "applied" | "failed" | "undone">): Promise<void> {
    const { moments, options } = this.#run;
    const end = { ...between, behind: "end" } as const;
    const state = this.#state(versionsOf(applied));
    // For an alert, and all of it: nothing that this run has applied is left.
    const isUndone = failed?.error.code === "CONFITURE_ALERT" && undone !== null && applied.length === 0;
    if (failed === null || isUndone) {
      const event = this.#plan.direction === "up" && !isUndone ? "migration_completed" : "migration_rolled_back";
      await moments.reach(event, state, end);
    } else if (failed.error.code === "CONFITURE_CANCELLED") {
      await moments.reach("migration_cancelled", { ...state, because: reasonOf(options.signal) }, end);
    } else {
      await moments.reach("migration_failed", { ...state, error: describeHookError(failed.error) }, end);
    }
  }

  get #elapsedMs(): number {
    return this.#run.options.now() - this.#started;
  }

  #state(completed: readonly string[]): MigrationEvents["migration_started"] {
    const { direction, migrations } = this.#plan;
    const versions = versionsOf(migrations);
    return { direction, mode: this.#run.moments.mode, versions, completed, elapsedMs: this.#elapsedMs };
  }

  #execution() {
    const { direction, migrations } = this.#plan;
    const totalSteps = migrations.reduce((sum, migration) => sum + countSteps(migration), 0);
    return { plan: this.#plan, direction, mode: this.#run.moments.mode, totalSteps };
  }

  #rollback() {
    const versions = versionsOf(this.#plan.migrations);
    return { reason: this.#reason, versions, plan: this.#plan, mode: this.#run.moments.mode } as const;
  }
}

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

export function rowsOf(applied: MigrateOutcome["applied"]): number {
  return applied.reduce((sum, { steps }) => sum + steps.reduce((all, { rows }) => all + (rows ?? 0), 0), 0);
}

function versionsOf(all: readonly { readonly version: string }[]): readonly string[] {
  return all.map(({ version }) => version);
}

/** A reason in words is passed on; that of a plain `abort()` says nothing. */
function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === "string" ? signal.reason : "its signal was aborted";
}
