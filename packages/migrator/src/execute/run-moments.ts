import type { MigrationEvents } from "@confiture/hooks";
import type { MigrationPlan } from "@confiture/model";
import { describeHookError } from "../hooks/describe-hook-error.js";
import type { HookMoments, Place } from "../hooks/hook-moments.js";
import { countSteps } from "../hooks/moments-of-migration.js";
import type { MigrateOutcome } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";

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

export function rowsOf(applied: MigrateOutcome["applied"]): number {
  return applied.reduce((sum, { steps }) => sum + steps.reduce((all, { rows }) => all + (rows ?? 0), 0), 0);
}

export function versionsOf(all: readonly { readonly version: string }[]): readonly string[] {
  return all.map(({ version }) => version);
}

/** A reason in words is passed on; that of a plain `abort()` says nothing. */
function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === "string" ? signal.reason : "its signal was aborted";
}
