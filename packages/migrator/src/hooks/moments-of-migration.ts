import type { MigrationEvents } from "@confiture/hooks";
import type { PlannedMigration } from "@confiture/model";
import type { StepResult } from "../execute/migration-outcome.js";
import type { HookMoments, Place } from "./hook-moments.js";
import type { HookedError, MigratorEvent } from "./migration-hooks.js";

type Phase = MigrationEvents["before_ddl"];
type StepsDone = MigrationEvents["after_ddl"];

const before = ["before_validation", "before_ddl"] as const;
const after = ["after_ddl", "after_validation"] as const;
const settled = ["cleanup", "on_success"] as const;

/** The moments of one migration within a run. */
export class MomentsOfMigration {
  readonly #moments: HookMoments;
  readonly #phase: Phase;
  readonly #now: () => number;
  readonly #started: number;

  constructor(moments: HookMoments, migration: PlannedMigration, of: Pick<Phase, "direction"> & { now: () => number }) {
    const { version, name } = migration;
    this.#moments = moments;
    this.#phase = { version, name, direction: of.direction, mode: moments.mode, totalSteps: countSteps(migration) };
    this.#now = of.now;
    this.#started = of.now();
  }

  /** Whether hooks are to run in the migration's own transaction, in front of its first statement. */
  get hasBeforeInside(): boolean {
    return before.some((event) => this.#wants(event, "inside"));
  }

  /** Whether hooks are to run in the migration's own transaction, behind its last statement. */
  get hasAfterInside(): boolean {
    return after.some((event) => this.#wants(event, "inside"));
  }

  async beforeOutside(): Promise<void> {
    for (const event of before) await this.#moments.reach(event, this.#phase, this.#at("outside"));
  }

  /**
   * In a rehearsal, before its BEGIN, for every migration but the first: what those before it make is not committed, so nobody else can look
   * for it.
   */
  async beforeRehearsed(): Promise<void> {
    for (const event of before) {
      await this.#skipOwn(event);
      await this.#moments.reach(event, this.#phase, this.#at("unconnected"));
    }
  }

  async beforeInside(): Promise<void> {
    for (const event of before) await this.#moments.reach(event, this.#phase, this.#at("inside"));
  }

  async afterInside(steps: readonly StepResult[]): Promise<void> {
    for (const event of after) await this.#moments.reach(event, this.#done(steps), this.#at("inside"));
  }

  /** It is committed: from here on no hook changes anything about that. */
  async committed(steps: readonly StepResult[]): Promise<void> {
    const done = this.#done(steps);
    for (const event of after) await this.#moments.reach(event, done, { ...this.#at("outside"), behind: "commit" });
    for (const event of settled) await this.#moments.reach(event, done, { ...this.#at("between"), behind: "commit" });
  }

  /** In a rehearsal: `cleanup` and `on_success` on the migration's connection, before all is rolled back. */
  async settledInside(steps: readonly StepResult[]): Promise<void> {
    for (const event of settled) await this.#moments.reach(event, this.#done(steps), this.#at("inside"));
  }

  /** It has failed and was rolled back. `steps`: what was committed before. */
  async failed(steps: readonly StepResult[], error: HookedError): Promise<void> {
    const { stepsCompleted, elapsedMs } = this.#done(steps);
    const failure = { ...this.#phase, stepsCompleted, elapsedMs, error };
    await this.#moments.reach("on_error", failure, { ...this.#at("between"), behind: "end" });
  }

  /**
   * In a rehearsal nothing is committed: hooks outside of its transaction run behind its ROLLBACK, and those that would look for what the
   * migration made are left out.
   */
  async rehearsed(steps: readonly StepResult[]): Promise<void> {
    for (const event of [...after, ...settled]) {
      await this.#skipOwn(event);
      await this.#moments.reach(event, this.#done(steps), { ...this.#at("unconnected"), behind: "commit" });
    }
  }

  async #skipOwn(event: MigratorEvent): Promise<void> {
    await this.#moments.skip(event, this.#phase, "it would need what a rehearsal does not commit");
  }

  #wants(event: MigratorEvent, place: Place): boolean {
    return this.#moments.wants(event, place, this.#phase);
  }

  #at(place: Place): { readonly place: Place; readonly version: string } {
    return { place, version: this.#phase.version };
  }

  #done(steps: readonly StepResult[]): StepsDone {
    return {
      ...this.#phase,
      stepsCompleted: steps.length,
      rowsAffected: steps.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
      elapsedMs: this.#now() - this.#started,
    };
  }
}

/** A program counts as one. */
export function countSteps(migration: PlannedMigration): number {
  return migration.segments.reduce((count, segment) => count + Math.max(1, segment.steps.length), 0);
}
