import type { Database, MigrationPlan } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { executePlan } from "./execute/execute-plan.js";
import type { MigrateOutcome } from "./execute/migration-outcome.js";
import { type Run, withRun, withRunSettings } from "./execute/run.js";
import {
  type ResolvedRunOptions,
  type RunOptions,
  resolveRunOptions,
  type ShadowRunOptions,
} from "./execute/run-options.js";
import type { MigrationHooks } from "./hooks/migration-hooks.js";
import { refuseHooksNotThere } from "./hooks/refuse-hooks-not-there.js";
import { examineHistory, type MigrationStatus } from "./plan/examine-history.js";
import {
  hashOfPlan,
  type PreparedPlan,
  planDown,
  planUp,
  refuseOddSteps,
  selectToRevert,
  type Target,
} from "./plan/plan-migrations.js";
import type { History } from "./record/applied-migration.js";
import { guardOwnTables } from "./record/guard-own-tables.js";
import { installOwnTables } from "./record/install-own-tables.js";
import { readHistory, readStoredTexts } from "./record/read-history.js";
import { type ProblemAllowances, refuseProblems } from "./refuse-problems.js";
import type { Migration } from "./sources/migration.js";
import { readMigrations } from "./sources/read-migrations.js";

/** Where migrations come from. */
export interface MigrationSource {
  /** A folder, from the process's working directory, or what `readMigrations` returned. */
  readonly migrations: string | readonly Migration[];
}

/** What to run, how far, and how. */
export interface MigrateOptions extends RunOptions, MigrationSource, Target, ProblemAllowances {
  /**
   * A plan made earlier by `planMigrations`: executed only when the files and the database still give that very plan.
   * It says how far to go, in place of `to` and `steps`.
   */
  readonly plan?: MigrationPlan;
}

/**
 * Applies pending migrations, each exactly once, under locks that never queue the application for longer than
 * `lockTimeoutMs`. A statement PostgreSQL refuses is an ending, in `failed`; what stops a run before it begins is thrown.
 * PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_LOCK_HELD, CONFITURE_POOLER, CONFITURE_OWN_TABLES; CONFITURE_CHECKSUM_CHANGED,
 * CONFITURE_OUT_OF_ORDER, CONFITURE_MIGRATION_MISSING, CONFITURE_PARTIAL_CHANGED and CONFITURE_IN_DOUBT where files and
 * record contradict each other; CONFITURE_PLAN_STALE, CONFITURE_VERSION_UNKNOWN for `to`; CONFITURE_SQL_SYNTAX,
 * CONFITURE_META_COMMAND, CONFITURE_TRANSACTION_CONTROL and CONFITURE_MIGRATION_INVALID for what a file holds;
 * CONFITURE_CANCELLED when aborted while waiting for another run; what `readMigrations` throws, and what opening a
 * session throws
 *
 * @example
 * const outcome = await migrate(connectDatabase(url), { migrations: "db/migrations" });
 * if (outcome.failed) throw outcome.failed.error;
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<MigrateOutcome> {
  return runDirection(database, options, "up");
}

/**
 * Undoes applied migrations, newest first: one, `steps`, or all newer than `to` (`0` for all). Each by the down of its
 * file, or where there is none by the copy kept when it was applied. A file edited since is not refused here.
 *
 * @throws CONFITURE_IRREVERSIBLE before anything is undone, CONFITURE_IN_DOUBT while one is applied in part, and as
 * {@link migrate} but for changed, missing and late files
 */
export async function rollback(database: Database, options: MigrateOptions): Promise<MigrateOutcome> {
  return runDirection(database, options, "down");
}

/** As `migrate`, on a shadow that is part of the server the migrations were applied to. */
export async function migrateOnShadow(shadow: Database, options: MigrateOptions): Promise<MigrateOutcome> {
  const onShadow: MigrateOptions & ShadowRunOptions = { ...options, serverWide: "skip" };
  return runDirection(shadow, onShadow, "up");
}

/**
 * Finishes what an interrupted run left begun, in the direction it went, and nothing else. `applied` is empty when
 * nothing was. Throws as {@link migrate}, but for what concerns other migrations.
 */
export async function resume(database: Database, options: RunOptions & MigrationSource): Promise<MigrateOutcome> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  return withRun(database, resolved, async (run) => {
    const { history, status } = await examine(run, migrations);
    const open = status.underWay[0];
    if (open === undefined) return nothingDone(resolved, "up");
    const prepared =
      open.state === "reverting"
        ? await planDown(
            { ...status, applied: [], underWay: [open] },
            migrations,
            history.progress,
            await storedTexts(run, [open.version]),
            { steps: 1 },
          )
        : await planUp(
            { ...status, pending: status.pending.filter(({ version }) => version === open.version) },
            history.progress,
            {},
          );
    refuseHooksNotThere(prepared.plan, migrations, undefined);
    return execute(run, prepared, history);
  });
}

/**
 * The plan that `migrate` (`up`) or `rollback` (`down`) would execute now, with the SQL of every statement. Nothing is
 * written, the lock is not taken. Throws as they do, but for the lock and the pooler.
 */
export async function planMigrations(
  database: Database,
  direction: "up" | "down",
  options: Omit<MigrateOptions, "plan">,
): Promise<MigrationPlan> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  await using session = await database.openSession();
  const run = {
    database,
    session,
    options: resolved,
    pid: 0,
    serverVersion: 0,
    spoilSession: () => undefined,
    readOnly: undefined,
  };
  const { prepared } = await prepare(run, migrations, direction, options);
  return prepared.plan;
}

async function runDirection(
  database: Database,
  options: MigrateOptions,
  direction: "up" | "down",
): Promise<MigrateOutcome> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  return withRun(database, resolved, async (run) => {
    // Only now, under the lock: what was pending before it may have been applied by the run in front of us.
    const { plan: wanted } = options;
    // How far to go is part of a plan.
    const target = wanted === undefined ? {} : { steps: Math.max(1, wanted.migrations.length) };
    const { prepared, history } = await prepare(run, migrations, direction, { ...options, ...target });
    if (options.plan !== undefined) refuseStalePlan(options.plan, prepared.plan);
    return execute(run, prepared, history);
  });
}

export interface Prepared {
  readonly prepared: PreparedPlan;
  readonly history: History;
  readonly status: MigrationStatus;
}

/** Reads the record, holds the files against it, refuses contradictions, and plans. */
export async function prepare(
  run: Run,
  migrations: readonly Migration[],
  direction: "up" | "down",
  options: Target & ProblemAllowances & { readonly hooks?: MigrationHooks },
): Promise<Prepared> {
  refuseOddSteps(options);
  const { history, status } = await examine(run, migrations);
  if (direction === "up") {
    refuseProblems(status, options);
    const prepared = await planUp(status, history.progress, options);
    refuseHooksNotThere(prepared.plan, migrations, options.hooks);
    return { prepared, history, status };
  }
  refuseHalfApplied(status);
  const stored = await storedTexts(
    run,
    selectToRevert(status, options).map(({ version }) => version),
  );
  const prepared = await planDown(status, migrations, history.progress, stored, options);
  refuseHooksNotThere(prepared.plan, migrations, options.hooks);
  return { prepared, history, status };
}

export async function examine(
  run: Pick<Run, "session" | "options">,
  migrations: readonly Migration[],
): Promise<{ history: History; status: MigrationStatus }> {
  const history = await readHistory(run.session, run.options.ownSchema);
  const status = await examineHistory(history, migrations, (versions) => storedTexts(run, versions));
  return { history, status };
}

export async function migrationsOf(source: MigrationSource): Promise<readonly Migration[]> {
  return typeof source.migrations === "string" ? readMigrations(source.migrations) : source.migrations;
}

function storedTexts(run: Pick<Run, "session" | "options">, versions: readonly string[]) {
  return readStoredTexts(run.session, run.options.ownSchema, versions);
}

async function execute(run: Run, prepared: PreparedPlan, history: History): Promise<MigrateOutcome> {
  if (prepared.plan.migrations.length === 0) return nothingDone(run.options, prepared.plan.direction);
  refuseReadOnly(run);
  return withRunSettings(run, prepared.plan.hash, async (executing) => {
    await installInTransaction(run);
    await guardOwnTables(run.session, run.options.ownSchema);
    return executePlan(executing, prepared, history.progress);
  });
}

/** Our tables are made, or brought up to date, before the first migration. */
export async function installInTransaction(run: Pick<Run, "session" | "options">): Promise<void> {
  await run.session.query("begin");
  try {
    await installOwnTables(run.session, run.options.ownSchema);
    await run.session.query("commit");
  } catch (error) {
    await run.session.query("rollback");
    throw error;
  }
}

function nothingDone(options: ResolvedRunOptions, direction: "up" | "down"): MigrateOutcome {
  return { executionId: options.executionId, direction, applied: [], failed: null, inDoubt: [], dryRun: false };
}

function refuseHalfApplied(status: MigrationStatus): void {
  const open = status.underWay.find((applied) => applied.state === "applying");
  if (open === undefined) return;
  throw new ConfitureError(
    "CONFITURE_IN_DOUBT",
    `Migration ${open.version} is applied in part: an earlier run was interrupted.`,
    {
      hint: "Finish it with `confiture migrate resume`, and undo it then.",
      facts: { version: open.version },
    },
  );
}

/** @throws CONFITURE_READ_ONLY */
export function refuseReadOnly({ readOnly }: Pick<Run, "readOnly">): void {
  if (readOnly === undefined) return;
  throw new ConfitureError("CONFITURE_READ_ONLY", `Nothing can be changed on this connection: ${readOnly}.`, {
    hint: "Connect to the primary, or take `default_transaction_read_only` away from this role or database.",
  });
}

/** A plan is for one state of the database and the files; any other gives another plan. */
function refuseStalePlan(wanted: MigrationPlan, now: MigrationPlan): void {
  if (wanted.direction !== now.direction) {
    throw new ConfitureError("CONFITURE_PLAN_STALE", `This plan goes ${wanted.direction}, not ${now.direction}.`, {
      hint: "Hand it to the verb it was made for.",
    });
  }
  if (hashOfPlan(wanted) !== wanted.hash) {
    throw new ConfitureError("CONFITURE_PLAN_STALE", "This plan is not what was made: it does not fit its own hash.", {
      hint: "Make the plan again; change migrations, not plans.",
    });
  }
  if (wanted.hash === now.hash) return;
  const because = wanted.basis === now.basis ? "The migration files have changed" : "The database has moved on";
  throw new ConfitureError("CONFITURE_PLAN_STALE", `${because} since this plan was made. Nothing was run.`, {
    hint: "Make the plan again and review what is different.",
    facts: { wanted: wanted.hash, now: now.hash },
  });
}
