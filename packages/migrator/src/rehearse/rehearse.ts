import type { Database, MigrationPlan, PlannedMigration, ShadowProvider } from "@confiture/model";
import { endedAlsoWhenThrown, refusable } from "../execute/conduct-run.js";
import type { MigrateOutcome } from "../execute/migration-outcome.js";
import { type ExecutingRun, withRun, withRunSettings } from "../execute/run.js";
import { RunMoments } from "../execute/run-moments.js";
import { type RunOptions, resolveRunOptions, type ShadowRunOptions } from "../execute/run-options.js";
import { type MigrationSource, migrationsOf, type Prepared, prepare, refuseReadOnly } from "../migrate.js";
import type { Target } from "../plan/plan-migrations.js";
import type { ProblemAllowances } from "../refuse-problems.js";
import type { RehearsalReport } from "./rehearsal-report.js";
import { rehearseOnShadow } from "./rehearse-on-shadow.js";
import { type OnTarget, rehearseOnTarget } from "./rehearse-on-target.js";

/** What to rehearse, how far, and where. */
export interface RehearseOptions extends RunOptions, MigrationSource, Target, ProblemAllowances {
  /** Default `up`. */
  readonly direction?: "up" | "down";
  /** `target` (default): in a transaction there, and on a shadow from the first commit on. `shadow`: there from the start. */
  readonly on?: "target" | "shadow";
  /** Milliseconds a lock that blocks others may be held before the rehearsal is rolled back. Default 5,000. */
  readonly maxLockHoldMs?: number;
  /** Makes shadow databases; without one, what cannot be rehearsed on the target is reported as not rehearsed. */
  readonly shadow?: ShadowProvider;
}

/** A rehearsal's ending: that of a run, and what was seen. */
export interface RehearsalOutcome extends MigrateOutcome {
  readonly rehearsal: RehearsalReport;
}

/**
 * Runs the whole real plan and rolls it back: real locks, real triggers, real rows. What needs a commit (a statement
 * that runs alone, a new enum value in use) cannot be taken back, so from there on it runs on a shadow database.
 * Afterwards catalog and rows are what they were; sequences that moved are named. A migration that ran in part on the
 * target and again on the shadow is in `applied` twice. It went well when `failed` and `rehearsal.bounded` are null and
 * `rehearsal.notRehearsed` is empty. PostgreSQL 13 to 18.
 *
 * @throws as `migrate` and `rollback` do; CONFITURE_CANCELLED when aborted on the target; CONFITURE_SHADOW_UNAVAILABLE,
 * CONFITURE_SERVER_VERSION, CONFITURE_CATALOG_MOVED
 */
export async function rehearse(database: Database, options: RehearseOptions): Promise<RehearsalOutcome> {
  const inRehearsal: ShadowRunOptions = { ...options, mode: "dry_run" };
  const resolved = resolveRunOptions(inRehearsal);
  const migrations = await migrationsOf(options);
  const direction = options.direction ?? "up";
  return withRun(database, resolved, async (run) => {
    const ready = await prepare(run, migrations, direction, options);
    return withRunSettings(run, ready.prepared.plan.hash, (executing) => conductRehearsal(executing, ready, options));
  });
}

/** A rehearsal between the moments of its run. */
async function conductRehearsal(
  run: ExecutingRun,
  ready: Prepared,
  options: RehearseOptions,
): Promise<RehearsalOutcome> {
  const { plan } = ready.prepared;
  refuseReadOnly(run);
  const moments = new RunMoments(run, plan);
  if (plan.migrations.length === 0) return rehearsePlan(run, ready, options, moments);
  const on = options.on ?? "target";
  const refused = await refusable(run, plan, async () => {
    await moments.started();
    await run.moments.reach("before_dry_run", { plan, on }, { place: "between" });
    await moments.beforeExecute("between");
    return undefined;
  });
  const outcome =
    refused === undefined
      ? await endedAlsoWhenThrown(moments, () => rehearsePlan(run, ready, options, moments))
      : { ...refused, rehearsal: notBegun(plan) };
  if (refused === undefined) await reachEnd(moments, outcome, on);
  await moments.ended(outcome);
  return { ...outcome, hooks: [...run.moments.ledger.executions, ...(refused === undefined ? outcome.hooks : [])] };
}

async function reachEnd(
  moments: RunMoments,
  { applied, failed, rehearsal }: RehearsalOutcome,
  on: "target" | "shadow",
): Promise<void> {
  const isWhole = failed === null && rehearsal.bounded === null && rehearsal.notRehearsed.length === 0;
  if (isWhole) await moments.executedInRehearsal(applied);
  await moments.rehearsed(applied, on, failed);
}

function notBegun(plan: MigrationPlan): RehearsalReport {
  const { part, ...seen } = untouched(plan.migrations.length);
  const notRehearsed = plan.migrations.map(({ version }) => ({ version, because: "a hook refused to let it begin" }));
  return { ...seen, onTarget: part.ran, onShadow: [], shadowDiffers: null, notRehearsed };
}

async function rehearsePlan(
  run: ExecutingRun,
  ready: Prepared,
  options: RehearseOptions,
  moments: RunMoments,
): Promise<RehearsalOutcome> {
  const { plan } = ready.prepared;
  run.options.emit({
    kind: "planned",
    direction: plan.direction,
    versions: plan.migrations.map(({ version }) => version),
    planHash: plan.hash,
  });
  const target =
    options.on === "shadow" || plan.migrations.length === 0
      ? untouched(plan.migrations.length)
      : await rehearseOnTarget(run, ready.prepared, {
          maxLockHoldMs: options.maxLockHoldMs ?? 5_000,
          moments,
        });
  const stopped = target.part.stoppedAt;
  const shadow =
    target.part.failed === null && target.bounded === null && stopped !== null
      ? await rehearseOnShadow(run, ready, stopped.migration, options)
      : { ran: [], failed: null, differs: null, notRehearsed: [], violations: [], changes: null, hooks: [] };
  const failed = target.part.failed ?? shadow.failed;
  return {
    executionId: run.options.executionId,
    direction: plan.direction,
    dryRun: true,
    undone: null,
    applied: [...target.part.ran, ...shadow.ran],
    failed,
    inDoubt: [],
    hooks: shadow.hooks,
    interruptedHooks: [],
    rehearsal: {
      onTarget: target.part.ran,
      onShadow: shadow.ran,
      rows: target.rows,
      locks: target.locks,
      // What ran on the target first ran on the shadow too, in front of the rest.
      changes: shadow.changes ?? target.changes,
      violations: [...target.violations, ...shadow.violations],
      sequencesMoved: target.sequencesMoved,
      bounded: target.bounded,
      shadowDiffers: shadow.differs,
      notRehearsed: [...shadow.notRehearsed, ...skippedBehind(target, plan.migrations)],
      openMs: target.openMs,
    },
  };
}

function untouched(planned: number): OnTarget {
  const stoppedAt = planned === 0 ? null : { migration: 0, because: "asked for" };
  return {
    part: { ran: [], failed: null, stoppedAt },
    rows: [],
    locks: [],
    changes: [],
    violations: [],
    sequencesMoved: [],
    bounded: null,
    openMs: 0,
  };
}

/** A rehearsal that was bounded or failed says what it therefore did not reach. */
function skippedBehind(target: OnTarget, migrations: readonly PlannedMigration[]): RehearsalReport["notRehearsed"] {
  if (target.bounded === null && target.part.failed === null) return [];
  const because = target.bounded === null ? "a migration before it failed" : "the rehearsal was rolled back before it";
  return migrations
    .slice(target.part.ran.length + (target.part.failed === null ? 0 : 1))
    .map(({ version }) => ({ version, because }));
}
