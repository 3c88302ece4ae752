import type { Catalog, MigrationPlan, PlannedMigration } from "@confiture/model";
import { compareCatalogs } from "@confiture/schema";
import type { MigrationResult } from "../execute/migration-outcome.js";
import type { ExecutingRun } from "../execute/run.js";
import type { RunMoments } from "../execute/run-moments.js";
import { describeHookError } from "../hooks/describe-hook-error.js";
import type { HookMoments } from "../hooks/hook-moments.js";
import { MomentsOfMigration } from "../hooks/moments-of-migration.js";
import { readAnalysed } from "../hooks/schema-moments.js";
import { needsCommit } from "./needs-commit.js";
import type { TargetPart } from "./rehearsal-report.js";

/**
 * The hooks of a rehearsal on the target, where everything is one transaction. What runs outside of a migration's transaction runs before the BEGIN of
 * the whole and behind its ROLLBACK, so that no lock is held meanwhile.
 */
export class RehearsedHooks {
  /** Both catalogs, once they are read. */
  catalogs: { readonly source: Catalog; readonly target: Catalog } | undefined;
  readonly #run: ExecutingRun;
  readonly #plan: MigrationPlan;
  readonly #moments: RunMoments;
  readonly #outside = new Map<string, MomentsOfMigration>();
  #isAnalysed = false;

  constructor(run: ExecutingRun, plan: MigrationPlan, moments: RunMoments) {
    this.#run = run;
    this.#plan = plan;
    this.#moments = moments;
  }

  momentsOf(migration: PlannedMigration, moments: HookMoments): MomentsOfMigration {
    return new MomentsOfMigration(moments, migration, {
      direction: this.#plan.direction,
      now: this.#run.options.now,
    });
  }

  /** Before BEGIN. What will need a commit runs on a shadow, with its hooks. */
  async before(): Promise<void> {
    for (const [index, migration] of this.#plan.migrations.entries()) {
      if (needsCommit(migration.segments[migration.resumeAt]) !== undefined) return;
      const moments = this.momentsOf(migration, this.#run.moments);
      this.#outside.set(migration.version, moments);
      if (migration.resumeAt > 0) continue;
      await (index === 0 ? moments.beforeOutside() : moments.beforeRehearsed());
    }
  }

  /** Reads the schema as it is, once told of. */
  async read(read: () => Promise<Catalog>): Promise<Catalog> {
    const { moments, options } = this.#run;
    if (this.#isAnalysed) return read();
    this.#isAnalysed = true;
    return readAnalysed(moments, options.environment ?? "the target", read);
  }

  /** Inside, behind the last migration. */
  async ended({ moments }: ExecutingRun, ran: readonly MigrationResult[]): Promise<void> {
    await this.#moments.executed(ran, "inside", undefined, moments);
  }

  /** Behind ROLLBACK. */
  async after({ part }: { readonly part: TargetPart }): Promise<void> {
    await this.#compared();
    for (const { version, steps } of part.ran) {
      const migration = this.#plan.migrations.find((planned) => planned.version === version);
      const isWhole = migration !== undefined && migration.resumeAt + 1 >= migration.segments.length;
      if (isWhole) await this.#outside.get(version)?.rehearsed(steps);
    }
    if (part.failed === null) return;
    await this.#outside.get(part.failed.version)?.failed([], describeHookError(part.failed.error));
  }

  async #compared(): Promise<void> {
    const { moments, options } = this.#run;
    if (this.catalogs === undefined) return;
    const outside = { place: "outside", behind: "commit" } as const;
    await moments.reach("before_diff_schemas", this.catalogs, outside);
    if (!moments.wants("after_diff_schemas", "outside")) return;
    const started = options.now();
    const differences = compareCatalogs(this.catalogs.source, this.catalogs.target);
    const durationMs = options.now() - started;
    await moments.reach("after_diff_schemas", { ...this.catalogs, differences, breaking: [], durationMs }, outside);
  }
}
