import type { Database, PlannedMigration, PlannedSegment, Session, ShadowProvider } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { compareCatalogs, type ReadCatalogOptions, readCatalog } from "@confiture/schema";
import { backoffDelay, pause } from "../execute/backoff.js";
import { cancelBackend, cancelledError, cancelOnAbort } from "../execute/cancel-on-abort.js";
import { type Cursor, failureAt } from "../execute/failure-at.js";
import type { MigrateOutcome, MigrationResult, StepResult } from "../execute/migration-outcome.js";
import { type ExecutingRun, withRun, withRunSettings } from "../execute/run.js";
import { type RunOptions, resolveRunOptions } from "../execute/run-options.js";
import { retryReason, watchRun } from "../execute/run-transaction.js";
import { restoreSettings } from "../execute/session-settings.js";
import { isServerError, sqlState } from "../execute/statement-error.js";
import { statementsBody } from "../execute/statements-body.js";
import { loadSessionDialect } from "../kysely/load-session-dialect.js";
import { type MigrationSource, migrationsOf, type Prepared, prepare } from "../migrate.js";
import type { PreparedPlan, Target } from "../plan/plan-migrations.js";
import { installOwnTables } from "../record/install-own-tables.js";
import type { ProblemAllowances } from "../refuse-problems.js";
import { boundLockHold, type LockHoldBound } from "./bound-lock-hold.js";
import { readChangedRows, readSequencePositions, sequencesMoved } from "./observe-effects.js";
import type { RehearsalReport, TargetPart, Violation } from "./rehearsal-report.js";
import { rehearseOnShadow } from "./rehearse-on-shadow.js";
import { violationsOf } from "./violations-of.js";

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
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  const direction = options.direction ?? "up";
  return withRun(database, resolved, async (run) => {
    const ready = await prepare(run, migrations, direction, options);
    return withRunSettings(run, ready.prepared.plan.hash, (executing) => rehearsePlan(executing, ready, options));
  });
}

async function rehearsePlan(run: ExecutingRun, ready: Prepared, options: RehearseOptions): Promise<RehearsalOutcome> {
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
      : await onTarget(run, ready.prepared, options);
  const stopped = target.part.stoppedAt;
  const shadow =
    target.part.failed === null && target.bounded === null && stopped !== null
      ? await rehearseOnShadow(run, ready, stopped.migration, options)
      : { ran: [], failed: null, differs: null, notRehearsed: [], violations: [] };
  const failed = target.part.failed ?? shadow.failed;
  return {
    executionId: run.options.executionId,
    direction: plan.direction,
    dryRun: true,
    applied: [...target.part.ran, ...shadow.ran],
    failed,
    inDoubt: [],
    rehearsal: {
      onTarget: target.part.ran,
      onShadow: shadow.ran,
      rows: target.rows,
      locks: target.locks,
      changes: target.changes,
      violations: [...target.violations, ...shadow.violations],
      sequencesMoved: target.sequencesMoved,
      bounded: target.bounded,
      shadowDiffers: shadow.differs,
      notRehearsed: [...shadow.notRehearsed, ...skippedBehind(target, plan.migrations)],
      openMs: target.openMs,
    },
  };
}

type OnTarget = Pick<
  RehearsalReport,
  "rows" | "locks" | "changes" | "violations" | "sequencesMoved" | "bounded" | "openMs"
> & { readonly part: TargetPart };

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

/** The part that fits into one transaction, tried again while its locks cannot be had. */
async function onTarget(run: ExecutingRun, prepared: PreparedPlan, options: RehearseOptions): Promise<OnTarget> {
  const { session } = run;
  const started = run.options.now();
  const before = await readSequencePositions(session, run.options.ownSchema);
  for (let attempt = 1; ; attempt += 1) {
    const cursor: Cursor = { step: undefined, prefixLength: 0 };
    const first = prepared.plan.migrations[0];
    if (first === undefined) throw new RangeError("an empty plan is not rehearsed");
    await using watch = watchRun(run, first, cursor, undefined);
    const outcome = await attemptOnTarget(run, prepared, options, cursor);
    const because =
      outcome.error === undefined || outcome.seen.bounded !== null ? undefined : retryReason(outcome.error, watch);
    const inMs = backoffDelay(attempt, run.options.random);
    if (because === undefined || run.options.now() - started + inMs > run.options.lockRetryMs) {
      return {
        ...outcome.seen,
        sequencesMoved: sequencesMoved(before, await readSequencePositions(session, run.options.ownSchema)),
      };
    }
    run.options.emit({
      kind: "segment-retried",
      version: first.version,
      attempt,
      inMs,
      because,
      blockers: watch.lastWait()?.blockers ?? [],
    });
    await pause(inMs, run.options.signal);
  }
}

interface Attempt {
  readonly seen: OnTarget;
  /** The raw error that ended it, for the decision to try again. */
  readonly error: unknown;
}

async function attemptOnTarget(
  run: ExecutingRun,
  prepared: PreparedPlan,
  options: RehearseOptions,
  cursor: Cursor,
): Promise<Attempt> {
  const { session } = run;
  const { ownSchema, now } = run.options;
  const exclude = { exclude: [ownSchema], insideTransaction: true };
  await session.query("begin");
  const opened = now();
  try {
    await installOwnTables(session, ownSchema);
    const catalogBefore = await readCatalog(session, exclude);
    await using bound = await boundLockHold(run.database, {
      pid: run.pid,
      ownSchema,
      maxLockHoldMs: options.maxLockHoldMs ?? 5_000,
      now,
      cancel: () => cancelBackend(run),
    });
    using _cancel = cancelOnAbort(run);
    const { part, error, violations } = await runRolledBack(run, prepared, cursor, bound);
    if (bound.bounded !== null)
      return {
        error,
        seen: { ...emptySeen(part), locks: bound.heldLocks(), bounded: bound.bounded, openMs: now() - opened },
      };
    // As a real run would hold them: reading the schema below holds them on.
    const locks = bound.heldLocks();
    const after = await readAfter(session, bound, { ownSchema, exclude });
    if (after === undefined)
      return { error, seen: { ...emptySeen(part), locks, bounded: bound.bounded, openMs: now() - opened } };
    const { rows } = after;
    const changes = compareCatalogs(catalogBefore, after.catalog);
    return {
      error,
      seen: {
        part,
        rows,
        locks,
        changes,
        violations,
        sequencesMoved: [],
        bounded: bound.bounded,
        openMs: now() - opened,
      },
    };
  } finally {
    await session.query("rollback");
    await restoreSettings(session, run.settings);
  }
}

/** What the statements changed; undefined when the locks were held for too long while it was read. */
async function readAfter(
  session: Session,
  bound: LockHoldBound,
  { ownSchema, exclude }: { readonly ownSchema: string; readonly exclude: ReadCatalogOptions },
) {
  try {
    return { rows: await readChangedRows(session, ownSchema), catalog: await readCatalog(session, exclude) };
  } catch (error) {
    if (bound.bounded === null) throw error;
    return undefined;
  }
}

function emptySeen(part: TargetPart): OnTarget {
  return {
    part: { ...part, failed: null },
    rows: [],
    locks: null,
    changes: [],
    violations: [],
    sequencesMoved: [],
    bounded: null,
    openMs: 0,
  };
}

/** Runs the migrations one behind the other, each in a savepoint, until one fails or needs a commit. */
async function runRolledBack(
  run: ExecutingRun,
  prepared: PreparedPlan,
  cursor: Cursor,
  bound: LockHoldBound,
): Promise<{ part: TargetPart; error: unknown; violations: readonly Violation[] }> {
  const ran: MigrationResult[] = [];
  for (const [index, migration] of prepared.plan.migrations.entries()) {
    const [segment, ...more] = migration.segments.slice(migration.resumeAt);
    const commit = needsCommit(segment);
    if (commit !== undefined) return stopped(ran, index, commit);
    await run.session.query("savepoint confiture_rehearsal");
    try {
      if (segment !== undefined) ran.push(await runOne(run, prepared, migration, segment, cursor));
      await bound.lookOnce();
      if (bound.bounded === null && more.length === 0)
        await run.session.query("set constraints all immediate; set constraints all deferred");
    } catch (error) {
      await bound.lookOnce();
      await run.session.query("rollback to savepoint confiture_rehearsal");
      if (run.options.signal?.aborted === true) throw cancelledError();
      if (isServerError(error) && error.code === sqlState.unsafeNewEnumValue)
        return stopped(ran, index, "a new enum value is used, which needs a commit before");
      const failed = failureAt(error, cursor, migration.file, "The rehearsal was rolled back.");
      return {
        part: { ran, failed: { version: migration.version, step: failed.step, error: failed.error }, stoppedAt: null },
        error,
        violations: violationsOf(error, migration.version, failed),
      };
    }
    if (bound.bounded !== null)
      return { part: { ran, failed: null, stoppedAt: null }, error: undefined, violations: [] };
    if (more.length > 0) return stopped(ran, index, segment?.kind === "transaction" ? segment.boundary : "a commit");
  }
  return { part: { ran, failed: null, stoppedAt: null }, error: undefined, violations: [] };
}

function stopped(
  ran: readonly MigrationResult[],
  migration: number,
  because: string,
): { part: TargetPart; error: unknown; violations: readonly Violation[] } {
  return { part: { ran, failed: null, stoppedAt: { migration, because } }, error: undefined, violations: [] };
}

function needsCommit(segment: PlannedSegment | undefined): string | undefined {
  if (segment?.kind === "alone") return segment.because;
  if (segment?.kind === "program" && !segment.transaction) return "the program runs outside a transaction";
  return undefined;
}

async function runOne(
  run: ExecutingRun,
  prepared: PreparedPlan,
  migration: PlannedMigration,
  segment: PlannedSegment,
  cursor: Cursor,
): Promise<MigrationResult> {
  const { options } = run;
  const { direction } = prepared.plan;
  const { version, name } = migration;
  options.emit({ kind: "migration-started", version, name, direction, steps: segment.steps.length });
  const started = options.now();
  const steps =
    segment.kind === "transaction"
      ? await statementsBody(run, migration, segment)("", cursor)
      : await runProgramOnce(run, prepared, migration);
  const durationMs = options.now() - started;
  options.emit({ kind: "migration-finished", version, name, direction, durationMs });
  return { version, name, durationMs, steps };
}

async function runProgramOnce(
  run: ExecutingRun,
  prepared: PreparedPlan,
  migration: PlannedMigration,
): Promise<readonly StepResult[]> {
  const program = prepared.programs.get(migration.version);
  const body = prepared.plan.direction === "up" ? program?.up : program?.down;
  if (body === undefined)
    throw new ConfitureError(
      "CONFITURE_IRREVERSIBLE",
      `Migration ${migration.version} has no program for this direction.`,
    );
  const { kyselyOverSession } = await loadSessionDialect();
  const started = run.options.now();
  await body(kyselyOverSession(run.session, { insideTransaction: true }));
  return [
    {
      step: 1,
      kind: "program",
      statement: "a TypeScript program",
      durationMs: run.options.now() - started,
      rows: null,
    },
  ];
}
