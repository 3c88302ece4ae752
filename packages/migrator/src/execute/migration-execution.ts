import { ConfitureError, type PlannedSegment, type PlannedStep } from "@confiture/model";
import { describeHookError } from "../hooks/describe-hook-error.js";
import { MomentsOfMigration } from "../hooks/moments-of-migration.js";
import { setsTransaction } from "../plan/sets-transaction.js";
import type { SegmentProgress } from "../record/applied-migration.js";
import { refuseAborted } from "./cancel-on-abort.js";
import { StepFailure, type StepResult } from "./migration-outcome.js";
import { MigrationRecord, type RecordedMigration } from "./migration-record.js";
import { changesSettings, leaveClean, replaySettings } from "./migration-settings.js";
import type { ExecutingRun } from "./run.js";
import { type AloneSegment, runAlone } from "./run-alone.js";
import { guardRunLock } from "./run-lock.js";
import { runProgram } from "./run-program.js";
import { headline } from "./run-step.js";
import { runTransaction, type TransactionWork } from "./run-transaction.js";
import { dropInvalidIndexes, gatherEvidence } from "./settle-in-doubt.js";
import { type Resumed, refuseInterruptedProgram, settleEdited, settleInterrupted } from "./settle-interrupted.js";
import { statementsBody } from "./statements-body.js";

export interface MigrationToExecute extends RecordedMigration {
  readonly progress: readonly SegmentProgress[];
  /** Called between two segments: the run may stand still there. */
  atPausePoint(): Promise<void>;
}

/** One migration under way: its segments in order, each with its record. */
export class MigrationExecution {
  readonly #run: ExecutingRun;
  readonly #of: MigrationToExecute;
  readonly #record: MigrationRecord;
  readonly #resumed: Resumed;
  readonly #moments: MomentsOfMigration;
  /** Hooks behind the last statement get a transaction of their own, which the record of the whole is committed with. */
  readonly #closesApart: boolean;

  constructor(run: ExecutingRun, of: MigrationToExecute) {
    const { migration, prepared, progress } = of;
    const { direction } = prepared.plan;
    this.#run = run;
    this.#of = of;
    this.#moments = new MomentsOfMigration(run.moments, migration, { direction, now: run.options.now });
    const last = migration.segments.at(-1);
    this.#closesApart = this.#moments.hasAfterInside && (last === undefined || !isTransaction(last));
    this.#record = new MigrationRecord(run, of, this.#closesApart);
    this.#resumed = { run, migration, direction, progress, record: this.#record };
  }

  async run(): Promise<readonly StepResult[]> {
    const { migration } = this.#of;
    try {
      await this.#runSegments();
    } catch (error) {
      // That error is the one to report.
      await leaveClean(this.#run, migration).catch(() => undefined);
      throw error;
    }
    await leaveClean(this.#run, migration);
    await this.#moments.committed(this.#record.done);
    return this.#record.done;
  }

  /** Told when the run has rolled back and recorded the failure. */
  async failed(error: ConfitureError): Promise<void> {
    await this.#moments.failed(this.#record.done, describeHookError(error));
  }

  async #runSegments(): Promise<void> {
    const { migration } = this.#of;
    const { segments, resumeAt } = migration;
    this.#refuseLateIsolation();
    // One that is resumed has its beginning behind it.
    if (resumeAt === 0) await this.#moments.beforeOutside();
    await settleEdited(this.#resumed);
    await replaySettings(this.#run, migration);
    if (this.#opensApart) await this.#transaction(() => this.#moments.beforeInside(), "");
    for (const [index, segment] of segments.entries()) {
      if (index < resumeAt) continue;
      refuseAborted(this.#run.options.signal);
      if (index > resumeAt) await this.#of.atPausePoint();
      this.#record.add(await this.#segment(segment, index));
    }
    if (this.#closesApart) {
      await this.#transaction(
        () => this.#moments.afterInside(this.#record.done),
        () => this.#record.whole([]),
      );
    } else if (segments.length === resumeAt) await this.#record.writeAlone();
  }

  /** @throws CONFITURE_TRANSACTION_CONTROL where a hook would run before SET TRANSACTION, which the server takes only in front of everything */
  #refuseLateIsolation(): void {
    const { segments, resumeAt, version } = this.#of.migration;
    const [first] = segments;
    const step = first?.kind === "transaction" ? first.steps.find(setsTransaction) : undefined;
    if (step === undefined || resumeAt > 0 || !this.#moments.hasBeforeInside) return;
    throw new ConfitureError(
      "CONFITURE_TRANSACTION_CONTROL",
      `Migration ${version} sets how its transaction is isolated, and a hook on its connection runs in that transaction before.`,
      {
        at: step.at,
        hint: "Write `BEGIN ISOLATION LEVEL …;` and `COMMIT;` in the file, or give the hook of before_validation or before_ddl a connection of its own.",
      },
    );
  }

  get #opensApart(): boolean {
    const { segments, resumeAt } = this.#of.migration;
    return (
      resumeAt === 0 && this.#moments.hasBeforeInside && (segments[0] === undefined || !isTransaction(segments[0]))
    );
  }

  /** Hooks between segments, in a transaction of their own. */
  async #transaction(hooks: () => Promise<void>, record: "" | (() => string)): Promise<void> {
    const { migration, isLast } = this.#of;
    await runTransaction(this.#run, {
      migration,
      beginOptions: undefined,
      body: async (begin) => {
        await this.#run.session.query(begin);
        await hooks();
        return [];
      },
      record: () => (record === "" ? "" : record()),
      reachesBeyond: true,
      last: isLast && record !== "",
    });
  }

  /** The statements of a segment in one transaction, with the hooks of the migration's two ends where it is one of them. */
  #withHooks(index: number, statements: TransactionWork["body"]): TransactionWork["body"] {
    const { segments } = this.#of.migration;
    const isFirst = index === 0 && this.#moments.hasBeforeInside;
    const isLast = index === segments.length - 1 && this.#moments.hasAfterInside;
    return async (begin, cursor) => {
      if (isFirst) {
        await this.#run.session.query(begin);
        await this.#moments.beforeInside();
      }
      const results = await statements(isFirst ? "" : begin, cursor);
      if (isLast) {
        cursor.step = undefined;
        await this.#moments.afterInside([...this.#record.done, ...results]);
      }
      return results;
    };
  }

  async #segment(segment: PlannedSegment, index: number): Promise<readonly StepResult[]> {
    const { migration, isLast } = this.#of;
    switch (segment.kind) {
      case "transaction":
        return runTransaction(this.#run, {
          migration,
          beginOptions: segment.beginOptions,
          body: this.#withHooks(index, statementsBody(this.#run, migration, segment)),
          record: (results) => this.#record.ofSegment(segment, index, results),
          reachesBeyond: changesSettings(migration, index) || segment.steps.some(mayReachOwnTables),
          last: isLast,
        });
      case "alone":
        return this.#alone(segment, index);
      case "program":
        return this.#program(segment, index);
      default:
        return segment satisfies never;
    }
  }

  async #alone(segment: AloneSegment, index: number): Promise<readonly StepResult[]> {
    const { session, journal, options } = this.#run;
    const { migration, prepared } = this.#of;
    const { version } = migration;
    const step = segment.steps[0];
    const statement = headline(step.sql);
    if (step.serverWide !== undefined && options.serverWide === "skip") {
      await this.#record.write([this.#record.ofSegment(segment, index, [])]);
      return [];
    }
    if (await settleInterrupted(this.#resumed, segment, index)) return [];
    const dropped = await dropInvalidIndexes(this.#run, migration, segment);
    for (const name of dropped) options.emit({ kind: "invalid-index-dropped", version, index: name });
    await this.#record.writeStart(segment, index, {
      statement,
      evidence: await gatherEvidence(session, segment),
      events: dropped.map((name) =>
        journal.event({ kind: "invalid_index_dropped", version, details: { index: name } }),
      ),
    });
    options.emit({ kind: "step-started", version, step: step.index, statement, at: step.at });
    const result = await runAlone(this.#run, migration, segment).catch(async (error: unknown) => {
      // Only what the server itself said counts: on a lost connection nobody knows.
      if (isReported(error))
        await this.#record.write([journal.failStep({ version, direction: prepared.plan.direction, segment: index })]);
      throw error;
    });
    const { durationMs, rows } = result;
    options.emit({ kind: "step-finished", version, step: step.index, durationMs, rows });
    await guardRunLock(session, options);
    await this.#record.write([this.#record.ofSegment(segment, index, [result])]);
    return [result];
  }

  async #program(segment: Extract<PlannedSegment, { kind: "program" }>, index: number): Promise<readonly StepResult[]> {
    const { migration, prepared, isLast } = this.#of;
    const program = prepared.programs.get(migration.version);
    const body = prepared.plan.direction === "up" ? program?.up : program?.down;
    if (body === undefined) throw new RangeError(`migration ${migration.version} has no program to run`);
    if (!segment.transaction) {
      refuseInterruptedProgram(this.#resumed);
      await this.#record.writeStart(segment, index, { statement: "program", evidence: {} });
    }
    return runProgram(this.#run, migration, body, {
      transaction: segment.transaction,
      withHooks: (statements) => this.#withHooks(index, statements),
      record: (results) => this.#record.ofSegment(segment, index, results),
      commitRecord: async (results) => {
        await guardRunLock(this.#run.session, this.#run.options);
        await this.#record.write([this.#record.ofSegment(segment, index, results)]);
      },
      last: isLast,
    });
  }
}

function isTransaction(segment: PlannedSegment): boolean {
  return segment.kind === "transaction" || (segment.kind === "program" && segment.transaction);
}

/** Whether the server said that it failed. A cancelled one may have been lost as well. */
function isReported(error: unknown): boolean {
  return (
    error instanceof StepFailure &&
    ["CONFITURE_STATEMENT_FAILED", "CONFITURE_DEADLINE", "CONFITURE_LOCK_TIMEOUT"].includes(error.error.code)
  );
}

const kindsThatReachFar = new Set([
  "DoStmt",
  "CallStmt",
  "SelectStmt",
  "CreateTrigStmt",
  "CreatePolicyStmt",
  "CreateEventTrigStmt",
]);

function mayReachOwnTables(step: PlannedStep): boolean {
  return kindsThatReachFar.has(step.kind);
}
