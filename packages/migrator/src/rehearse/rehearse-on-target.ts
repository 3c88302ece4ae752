import { randomBytes } from "node:crypto";
import type { Catalog, PlannedMigration, PlannedSegment, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { compareCatalogs, readCatalog } from "@confiture/schema";
import { quoteQualified } from "@confiture/sql";
import { backoffDelay, pause } from "../execute/backoff.js";
import { cancelBackend, cancelledError, cancelOnAbort, refuseAborted } from "../execute/cancel-on-abort.js";
import { type Cursor, failureAt } from "../execute/failure-at.js";
import { type Gate, gatedSession } from "../execute/gated-session.js";
import type { MigrationResult, StepResult } from "../execute/migration-outcome.js";
import type { ExecutingRun } from "../execute/run.js";
import type { RunMoments } from "../execute/run-moments.js";
import { callProgram } from "../execute/run-program.js";
import { lockTimeout, retryReason, watchRun } from "../execute/run-transaction.js";
import { clearSession, leavesObjects, restoreSettings } from "../execute/session-settings.js";
import { isServerError, sqlState } from "../execute/statement-error.js";
import { statementsBody } from "../execute/statements-body.js";
import type { PreparedPlan } from "../plan/plan-migrations.js";
import { installOwnTables } from "../record/install-own-tables.js";
import { boundLockHold, type LockHoldBound } from "./bound-lock-hold.js";
import { needsCommit } from "./needs-commit.js";
import { readChangedRows, readSequencePositions, rowsChangedSince, sequencesMoved } from "./observe-effects.js";
import type { RehearsalReport, TargetPart, Violation } from "./rehearsal-report.js";
import { RehearsedHooks } from "./rehearsed-hooks.js";
import { violationsOf } from "./violations-of.js";

/** What the part on the target saw. */
export type OnTarget = Pick<
  RehearsalReport,
  "rows" | "locks" | "changes" | "violations" | "sequencesMoved" | "bounded" | "openMs"
> & { readonly part: TargetPart };

/** The part that fits into one transaction, tried again while its locks cannot be had. */
export async function rehearseOnTarget(
  run: ExecutingRun,
  prepared: PreparedPlan,
  { maxLockHoldMs, moments }: { readonly maxLockHoldMs: number; readonly moments: RunMoments },
): Promise<OnTarget> {
  const { session } = run;
  const hooked = new RehearsedHooks(run, prepared.plan, moments);
  await hooked.before();
  const started = run.options.now();
  const before = await readSequencePositions(session, run.options.ownSchema);
  for (let attempt = 1; ; attempt += 1) {
    const cursor: Cursor = { step: undefined, prefixLength: 0 };
    const first = prepared.plan.migrations[0];
    if (first === undefined) throw new RangeError("an empty plan is not rehearsed");
    // As in a real run: together its waits may not queue the application for longer than one lock_timeout.
    await using watch = watchRun(run, first, cursor, run.options.lockTimeoutMs);
    const outcome = await attemptOnTarget(run, prepared, { maxLockHoldMs, cursor, hooked });
    refuseAborted(run.options.signal);
    const because = outcome.seen?.bounded ? undefined : retryReason(outcome.error, watch);
    const inMs = backoffDelay(attempt, run.options.random);
    if (because === undefined || run.options.now() - started + inMs > run.options.lockRetryMs) {
      await run.moments.ledger.rolledBack();
      if (outcome.seen === undefined)
        throw because === undefined
          ? outcome.error
          : lockTimeout(run, cursor, watch.lastWait(), attempt, run.options.now() - started).error;
      await hooked.after(outcome.seen);
      return {
        ...outcome.seen,
        sequencesMoved: sequencesMoved(before, await readSequencePositions(session, run.options.ownSchema)),
      };
    }
    run.moments.ledger.forgetInside();
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
  /** Undefined where it ended outside the migrations: the schema could not be read. */
  readonly seen: OnTarget | undefined;
  /** The raw error that ended it, for the decision to try again. */
  readonly error: unknown;
}

async function attemptOnTarget(
  run: ExecutingRun,
  prepared: PreparedPlan,
  { maxLockHoldMs, cursor, hooked }: { maxLockHoldMs: number; cursor: Cursor; hooked: RehearsedHooks },
): Promise<Attempt> {
  const { session } = run;
  const { ownSchema, now } = run.options;
  const exclude = { exclude: [ownSchema], insideTransaction: true };
  await session.query("begin");
  const opened = now();
  try {
    const rowsBefore = await readChangedRows(session, ownSchema);
    await installOwnTables(session, ownSchema);
    const catalogBefore = await hooked.read(() => readCatalog(session, exclude));
    const gate = gatedSession(session);
    await using bound = await boundLockHold(run.database, {
      pid: run.pid,
      ownSchema,
      maxLockHoldMs,
      now,
      // Nothing more of the rehearsal gets through, what runs is cancelled, and the locks go: also where it runs nothing.
      end: () => endNow(run, gate),
    });
    using _cancel = cancelOnAbort(run);
    const gated = { ...run, session: gate.session, moments: run.moments.over(gate.session) };
    const { part, error, violations } = await runRolledBack(gated, prepared, { cursor, bound, hooked });
    // As a real run would hold them: reading the schema below holds them on.
    const locks = bound.heldLocks();
    const after = bound.bounded === null ? await readAfter(gated, bound) : undefined;
    const seen = { part, locks, violations, sequencesMoved: [], openMs: now() - opened };
    if (after === undefined)
      return {
        error,
        seen: { ...seen, part: { ...part, failed: null }, rows: [], changes: [], bounded: bound.bounded },
      };
    hooked.catalogs = { source: catalogBefore, target: after.catalog };
    return {
      error,
      seen: {
        ...seen,
        rows: rowsChangedSince(rowsBefore, after.rows),
        changes: compareCatalogs(catalogBefore, after.catalog),
        bounded: null,
      },
    };
  } catch (error) {
    if (!isServerError(error)) throw error;
    return { error, seen: undefined };
  } finally {
    await session.query("rollback");
    await restoreSettings(session, run.settings);
  }
}

async function endNow(run: ExecutingRun, gate: Gate): Promise<void> {
  gate.close();
  await cancelBackend(run).catch(() => undefined);
  // Behind what was cancelled, and at once where nothing ran.
  await run.session.query("rollback").catch(() => undefined);
}

/** What the statements changed; undefined when the locks were held for too long while it was read. */
async function readAfter(
  { session, options: { ownSchema } }: ExecutingRun,
  bound: LockHoldBound,
): Promise<{ readonly rows: OnTarget["rows"]; readonly catalog: Catalog } | undefined> {
  try {
    const rows = await readChangedRows(session, ownSchema);
    return { rows, catalog: await readCatalog(session, { exclude: [ownSchema], insideTransaction: true }) };
  } catch (error) {
    if (bound.bounded === null) throw error;
    return undefined;
  }
}

interface RolledBack {
  readonly part: TargetPart;
  readonly error: unknown;
  readonly violations: readonly Violation[];
}

/** Runs the migrations one behind the other, each in a savepoint, until one fails or needs a commit. */
async function runRolledBack(
  run: ExecutingRun,
  prepared: PreparedPlan,
  { cursor, bound, hooked }: { cursor: Cursor; bound: LockHoldBound; hooked: RehearsedHooks },
): Promise<RolledBack> {
  const ran: MigrationResult[] = [];
  // A name that no file uses by accident.
  const savepoint = `confiture_rehearsal_${randomBytes(6).toString("hex")}`;
  for (const [index, migration] of prepared.plan.migrations.entries()) {
    const [segment, ...more] = migration.segments.slice(migration.resumeAt);
    const commit = needsCommit(segment);
    if (commit !== undefined) return stopped(ran, index, commit);
    try {
      await run.session.query(`savepoint ${savepoint}`);
      const result =
        segment === undefined ? undefined : await runOne(run, prepared, { migration, segment, cursor, hooked });
      await bound.lookOnce();
      if (more.length === 0) await checkDeferred(run.session);
      if (result !== undefined) ran.push(result);
      await leaveClean(run, segment);
    } catch (error) {
      if (run.options.signal?.aborted === true) throw cancelledError();
      if (bound.bounded !== null) return ended(ran);
      await bound.lookOnce();
      await run.session.query(`rollback to savepoint ${savepoint}`);
      if (isServerError(error) && error.code === sqlState.unsafeNewEnumValue)
        return stopped(ran, index, "a new enum value is used, which needs a commit before");
      const failed = failureAt(error, cursor, migration.file, "The rehearsal was rolled back.");
      return {
        part: { ran, failed: { version: migration.version, step: failed.step, error: failed.error }, stoppedAt: null },
        error,
        violations: violationsOf(error, migration.version, failed),
      };
    }
    if (bound.bounded !== null) return ended(ran);
    if (more.length > 0) return stopped(ran, index, segment?.kind === "transaction" ? segment.boundary : "a commit");
  }
  return await hooked.ended(run, ran).then(
    () => ended(ran),
    (error: unknown) => hookRefused(error, ran, prepared, cursor),
  );
}

/** Hooks behind the last migration belong to the whole; the one they are told of is the last. */
function hookRefused(
  error: unknown,
  ran: readonly MigrationResult[],
  { plan }: PreparedPlan,
  cursor: Cursor,
): RolledBack {
  const last = plan.migrations.at(-1);
  const failed = failureAt(error, cursor, last?.file ?? "", "The rehearsal was rolled back.");
  const failure = { version: last?.version ?? "", step: null, error: failed.error };
  return { part: { ran, failed: failure, stoppedAt: null }, error, violations: [] };
}

function ended(ran: readonly MigrationResult[]): RolledBack {
  return { part: { ran, failed: null, stoppedAt: null }, error: undefined, violations: [] };
}

function stopped(ran: readonly MigrationResult[], migration: number, because: string): RolledBack {
  return { part: { ran, failed: null, stoppedAt: { migration, because } }, error: undefined, violations: [] };
}

/** As the commit would. Those that are deferred from the start are deferred again for the migrations behind. */
async function checkDeferred(session: Session): Promise<void> {
  await session.query("set constraints all immediate");
  const { rows } = await session.query<{ schema: string; name: string }>(
    `select distinct n.nspname::text as schema, c.conname::text as name
     from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.connamespace
     where c.condeferred`,
  );
  if (rows.length === 0) return;
  await session.query(`set constraints ${rows.map((row) => quoteQualified(row)).join(", ")} deferred`);
}

/** As between two migrations of a real run. */
async function leaveClean(run: ExecutingRun, segment: PlannedSegment | undefined): Promise<void> {
  if (segment === undefined || !leavesObjects(segment)) return;
  await restoreSettings(run.session, run.settings);
  run.spoilSession();
  await clearSession(run.session);
}

interface RehearsedSegment {
  readonly migration: PlannedMigration;
  readonly segment: PlannedSegment;
  readonly cursor: Cursor;
  readonly hooked: RehearsedHooks;
}

async function runOne(
  run: ExecutingRun,
  prepared: PreparedPlan,
  { migration, segment, cursor, hooked }: RehearsedSegment,
): Promise<MigrationResult> {
  const { options } = run;
  const { direction } = prepared.plan;
  const { version, name } = migration;
  options.emit({ kind: "migration-started", version, name, direction, steps: segment.steps.length });
  const started = options.now();
  const moments = hooked.momentsOf(migration, run.moments);
  const isWhole = migration.resumeAt + 1 === migration.segments.length;
  if (migration.resumeAt === 0) await moments.beforeInside();
  const steps =
    segment.kind === "transaction"
      ? await statementsBody(run, migration, segment)("", cursor)
      : await runProgramOnce(run, prepared, migration);
  if (isWhole) {
    cursor.step = undefined;
    await moments.afterInside(steps);
    await moments.settledInside(steps);
  }
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
  return [await callProgram(run, body, true)];
}
