import type { Database, MigrationPlan } from "@confiture/model";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { conductRun } from "./execute/conduct-run.js";
import { executePlan } from "./execute/execute-plan.js";
import type { MigrateOutcome } from "./execute/migration-outcome.js";
import { PausePoints } from "./execute/pause-points.js";
import { type ExecutingRun, type Run, withRun, withRunSettings } from "./execute/run.js";
import { RunMoments } from "./execute/run-moments.js";
import {
  type ResolvedRunOptions,
  type RunOptions,
  resolveRunOptions,
  type ShadowRunOptions,
} from "./execute/run-options.js";
import { sendRecord } from "./execute/write-record.js";
import { HookMoments } from "./hooks/hook-moments.js";
import { reachPlanning } from "./hooks/reach-planning.js";
import { refuseHooksNotThere } from "./hooks/refuse-hooks-not-there.js";
import { settleInterruptedHooks } from "./hooks/settle-interrupted-hooks.js";
import { resumePaused } from "./pause.js";
import { examineHistory, type MigrationStatus } from "./plan/examine-history.js";
import {
  hashOfPlan,
  type PreparedPlan,
  planDown,
  planUp,
  refuseOddSteps,
  selectPending,
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

/** What `resume` found to do. */
export interface ResumeOutcome extends MigrateOutcome {
  /**
   * `paused-run`: a run stood still and goes on, in its own process, which tells what comes of it; `executionId` is its. `interrupted-run`: what one had
   * left begun is finished here. `nothing`: neither was there.
   */
  readonly resumed: "paused-run" | "interrupted-run" | "nothing";
}

/**
 * Lets a run that was paused go on; where none is, finishes what an interrupted run left begun, in the direction it went, and nothing else.
 * `applied` is empty when nothing was. Throws as {@link migrate}, but for what concerns other migrations.
 */
export async function resume(database: Database, options: RunOptions & MigrationSource): Promise<ResumeOutcome> {
  const resolved = resolveRunOptions(options);
  const paused = await resumePaused(database, resolved.ownSchema);
  if (paused !== undefined) return { ...nothingOf(paused, "up"), resumed: "paused-run" };
  const outcome = await resumeInterrupted(database, resolved, options);
  const nothing = outcome.applied.length === 0 && outcome.failed === null;
  return { ...outcome, resumed: nothing ? "nothing" : "interrupted-run" };
}

async function resumeInterrupted(
  database: Database,
  resolved: ResolvedRunOptions,
  options: MigrationSource,
): Promise<MigrateOutcome> {
  const migrations = await migrationsOf(options);
  return withRun(database, resolved, async (run) => {
    const { history, status } = await examine(run, migrations);
    await settleInterruptedHooks(run, history);
    const open = status.underWay[0];
    if (open === undefined) return nothingDone(run, "up");
    const direction = open.state === "reverting" ? "down" : "up";
    const prepared = await reachPlanning(run, { direction, versions: [open.version] }, async () =>
      direction === "down"
        ? planDown(
            { ...status, applied: [], underWay: [open] },
            migrations,
            history.progress,
            await storedTexts(run, [open.version]),
            { steps: 1 },
          )
        : planUp(
            { ...status, pending: status.pending.filter(({ version }) => version === open.version) },
            history.progress,
            {},
          ),
    );
    refuseLeavingOutHooks(run, prepared, { migrations, hooks: undefined });
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
    // Nothing is run here, hooks neither.
    options: { ...resolved, hooks: undefined },
    pid: 0,
    serverVersion: 0,
    lockedAt: "",
    spoilSession: () => undefined,
    moments: new HookMoments({ database, session, pid: 0, options: { ...resolved, hooks: undefined } }),
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
    await settleInterruptedHooks(run, history);
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
  options: Target & ProblemAllowances & Pick<RunOptions, "hooks">,
  reason: "requested" | "alert" = "requested",
): Promise<Prepared> {
  refuseOddSteps(options);
  const { history, status } = await examine(run, migrations);
  if (direction === "up") {
    refuseProblems(status, options);
    const versions = selectPending(status, options).map(({ version }) => version);
    const plan = () => planUp(status, history.progress, options);
    const prepared = await reachPlanning(run, { direction, versions }, plan);
    refuseLeavingOutHooks(run, prepared, { migrations, hooks: options.hooks });
    return { prepared, history, status };
  }
  refuseHalfApplied(status);
  const versions = selectToRevert(status, options).map(({ version }) => version);
  const stored = await storedTexts(run, versions);
  const plan = () => planDown(status, migrations, history.progress, stored, options);
  const prepared = await reachPlanning(run, { direction, versions, reason }, plan);
  refuseLeavingOutHooks(run, prepared, { migrations, hooks: options.hooks });
  return { prepared, history, status };
}

/** What makes a shadow is no run of these migrations: their hooks are for the database that it stands for. */
function refuseLeavingOutHooks(
  { options }: Pick<Run, "options">,
  { plan }: PreparedPlan,
  { migrations, hooks }: { readonly migrations: readonly Migration[]; readonly hooks: RunOptions["hooks"] },
): void {
  if (options.serverWide === "run") refuseHooksNotThere(plan, migrations, hooks ?? options.hooks);
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
  if (prepared.plan.migrations.length === 0) return nothingDone(run, prepared.plan.direction);
  refuseReadOnly(run);
  return withRunSettings(run, prepared.plan.hash, async (executing) => {
    await installInTransaction(run);
    await guardOwnTables(run.session, run.options.ownSchema);
    await run.moments.open(executing.settings, (text) => sendRecord(executing, text));
    return conductRun(executing, prepared.plan, {
      execute: (watched, pausePoints) => executePlan(watched, prepared, history.progress, pausePoints),
      undo: (undoing, outcome) => undoApplied(undoing, outcome, [...prepared.migrations.values()]),
    });
  });
}

/** For an alert: undoes what a run has applied, newest first. What cannot be undone stays, and stays in `applied`. */
async function undoApplied(
  run: ExecutingRun,
  outcome: MigrateOutcome,
  migrations: readonly Migration[],
): Promise<MigrateOutcome> {
  if (outcome.direction === "down") return outcome;
  if (outcome.applied.length === 0) {
    // What ran outside of a transaction may be there in part: then not all is undone.
    const { progress } = await readHistory(run.session, run.options.ownSchema);
    return { ...outcome, undone: progress.length === 0 ? [] : null };
  }
  const options = { ...run.options, signal: run.options.callersSignal, alerts: undefined };
  const { database, session, pid } = run;
  const moments = new HookMoments({ database, session, pid, options }, run.moments.ledger);
  const undoing: ExecutingRun = { ...run, options, moments };
  try {
    const { prepared, history } = await prepare(
      undoing,
      migrations,
      "down",
      { steps: outcome.applied.length },
      "alert",
    );
    refuseOthers(prepared.plan, outcome);
    const runMoments = new RunMoments(undoing, prepared.plan, "alert");
    await runMoments.beforeExecute("between");
    const undone = await executePlan(undoing, prepared, history.progress, new PausePoints(undoing, runMoments));
    if (undone.failed === null) await runMoments.executed(undone.applied, "between", "commit");
    const gone = new Set(undone.applied.map(({ version }) => version));
    return { ...outcome, applied: outcome.applied.filter(({ version }) => !gone.has(version)), undone: undone.applied };
  } catch (error) {
    // The alert is what is reported; that nothing was undone stands in the outcome.
    if (!isConfitureError(error)) throw error;
    options.emit({ kind: "alerts-blind", because: `nothing was undone: ${error.message}` });
    return { ...outcome, undone: [] };
  }
}

/** A run that applied what came late has newer ones above its own: undoing so many would take others, with their rows. */
function refuseOthers({ migrations }: MigrationPlan, { applied }: MigrateOutcome): void {
  const own = new Set(applied.map(({ version }) => version));
  const other = migrations.find(({ version }) => !own.has(version));
  if (other === undefined) return;
  throw new ConfitureError(
    "CONFITURE_OUT_OF_ORDER",
    `Migration ${other.version} is newer and was applied before this run.`,
    {
      hint: "Undo what this run has applied by hand, newest first.",
      facts: { version: other.version },
    },
  );
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

function nothingDone({ options, moments: { ledger } }: Run, direction: "up" | "down"): MigrateOutcome {
  const hooks = { hooks: ledger.executions, interruptedHooks: ledger.interrupted };
  return { ...nothingOf(options.executionId, direction), ...hooks };
}

function nothingOf(executionId: string, direction: "up" | "down"): MigrateOutcome {
  const nothing = { applied: [], failed: null, inDoubt: [], undone: null, hooks: [], interruptedHooks: [] };
  return { executionId, direction, ...nothing, dryRun: false };
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
