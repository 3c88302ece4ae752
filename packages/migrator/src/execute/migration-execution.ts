import type { PlannedSegment, PlannedStep } from "@confiture/model";
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
import { runTransaction } from "./run-transaction.js";
import { dropInvalidIndexes, gatherEvidence } from "./settle-in-doubt.js";
import { type Resumed, refuseInterruptedProgram, settleEdited, settleInterrupted } from "./settle-interrupted.js";
import { statementsBody } from "./statements-body.js";

export interface MigrationToExecute extends RecordedMigration {
  readonly progress: readonly SegmentProgress[];
}

/** One migration under way: its segments in order, each with its record. */
export class MigrationExecution {
  readonly #run: ExecutingRun;
  readonly #of: MigrationToExecute;
  readonly #record: MigrationRecord;
  readonly #resumed: Resumed;

  constructor(run: ExecutingRun, of: MigrationToExecute) {
    this.#run = run;
    this.#of = of;
    this.#record = new MigrationRecord(run, of);
    const { migration, prepared, progress } = of;
    this.#resumed = { run, migration, direction: prepared.plan.direction, progress, record: this.#record };
  }

  async run(): Promise<readonly StepResult[]> {
    const { migration } = this.#of;
    const { segments, resumeAt } = migration;
    try {
      await settleEdited(this.#resumed);
      await replaySettings(this.#run, migration);
      if (segments.length === resumeAt) await this.#record.writeAlone();
      for (const [index, segment] of segments.entries()) {
        if (index < resumeAt) continue;
        refuseAborted(this.#run.options.signal);
        this.#record.add(await this.#segment(segment, index));
      }
    } catch (error) {
      // That error is the one to report.
      await leaveClean(this.#run, migration).catch(() => undefined);
      throw error;
    }
    await leaveClean(this.#run, migration);
    return this.#record.done;
  }

  async #segment(segment: PlannedSegment, index: number): Promise<readonly StepResult[]> {
    const { migration, isLast } = this.#of;
    switch (segment.kind) {
      case "transaction":
        return runTransaction(this.#run, {
          migration,
          beginOptions: segment.beginOptions,
          body: statementsBody(this.#run, migration, segment),
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
      record: (results) => this.#record.ofSegment(segment, index, results),
      commitRecord: async (results) => {
        await guardRunLock(this.#run.session, this.#run.options);
        await this.#record.write([this.#record.ofSegment(segment, index, results)]);
      },
      last: isLast,
    });
  }
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
