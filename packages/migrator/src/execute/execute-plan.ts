import type { PlannedMigration, PlannedSegment, PlannedStep } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { type PreparedPlan, segmentHash } from "../plan/plan-migrations.js";
import type { SegmentProgress } from "../record/applied-migration.js";
import { refuseAborted } from "./cancel-on-abort.js";
import { type Cursor, failureAt } from "./failure-at.js";
import { type MigrateOutcome, type MigrationResult, StepFailure, type StepResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { runAlone } from "./run-alone.js";
import { guardRunLock } from "./run-lock.js";
import { runProgram } from "./run-program.js";
import { headline } from "./run-step.js";
import { runTransaction } from "./run-transaction.js";
import { clearSession, leavesObjects, restoreSettings } from "./session-settings.js";
import { dropInvalidIndexes, gatherEvidence, settleInDoubt, type Verdict } from "./settle-in-doubt.js";
import { statementsBody } from "./statements-body.js";
import { recordFailure, sendRecord } from "./write-record.js";

/** Executes a plan migration by migration, and records each. A failure ends it and is part of what it returns. */
export async function executePlan(
  run: ExecutingRun,
  prepared: PreparedPlan,
  progress: readonly SegmentProgress[],
): Promise<MigrateOutcome> {
  const { plan } = prepared;
  const { options } = run;
  const outcome = { executionId: options.executionId, direction: plan.direction, dryRun: false };
  const applied: MigrationResult[] = [];
  options.emit({
    kind: "planned",
    direction: plan.direction,
    versions: plan.migrations.map(({ version }) => version),
    planHash: plan.hash,
  });
  for (const migration of plan.migrations) {
    try {
      const isLast = migration === plan.migrations.at(-1);
      applied.push(await executeMigration(run, prepared, migration, progress, isLast));
    } catch (error) {
      const failure = failureAt(
        error,
        { step: undefined, prefixLength: 0 },
        migration.file,
        "Run again to go on from here.",
      );
      await recordFailure(run, migration, failure);
      options.emit({
        kind: "migration-failed",
        version: migration.version,
        name: migration.name,
        error: failure.error,
      });
      return {
        ...outcome,
        applied,
        failed: { version: migration.version, step: failure.step, error: failure.error },
        inDoubt: failure.error.code === "CONFITURE_IN_DOUBT" ? [migration.version] : [],
      };
    }
  }
  return { ...outcome, applied, failed: null, inDoubt: [] };
}

async function executeMigration(
  run: ExecutingRun,
  prepared: PreparedPlan,
  migration: PlannedMigration,
  progress: readonly SegmentProgress[],
  isLast: boolean,
): Promise<MigrationResult> {
  const { options } = run;
  const { direction } = prepared.plan;
  const { version, name } = migration;
  options.emit({ kind: "migration-started", version, name, direction, steps: countSteps(migration) });
  const started = options.now();
  const execution = new MigrationExecution(run, prepared, migration, progress, isLast);
  const steps = await execution.run();
  const durationMs = options.now() - started;
  options.emit({ kind: "migration-finished", version, name, direction, durationMs });
  return { version, name, durationMs, steps };
}

function countSteps(migration: PlannedMigration): number {
  return migration.segments.reduce((count, segment) => count + Math.max(1, segment.steps.length), 0);
}

/** One migration under way: its segments in order, each with its record. */
class MigrationExecution {
  readonly #run: ExecutingRun;
  readonly #prepared: PreparedPlan;
  readonly #migration: PlannedMigration;
  readonly #progress: readonly SegmentProgress[];
  readonly #isLast: boolean;
  readonly #started: number;
  readonly #done: StepResult[] = [];
  /** Whether the record has a row of this migration: of parts that are applied. */
  #known: boolean;

  constructor(
    run: ExecutingRun,
    prepared: PreparedPlan,
    migration: PlannedMigration,
    progress: readonly SegmentProgress[],
    isLast: boolean,
  ) {
    this.#run = run;
    this.#prepared = prepared;
    this.#migration = migration;
    this.#progress = progress;
    this.#isLast = isLast;
    this.#started = run.options.now();
    this.#known = prepared.underWay.has(migration.version);
  }

  async run(): Promise<readonly StepResult[]> {
    const { segments, resumeAt } = this.#migration;
    try {
      await this.#settleEdited();
      await this.#replaySettings(segments.slice(0, resumeAt));
      if (segments.length === resumeAt) await this.#recordAlone();
      for (const [index, segment] of segments.entries()) {
        if (index < resumeAt) continue;
        refuseAborted(this.#run.options.signal);
        this.#done.push(...(await this.#segment(segment, index)));
        this.#known = true;
      }
    } catch (error) {
      // That error is the one to report.
      await this.#leaveClean().catch(() => undefined);
      throw error;
    }
    await this.#leaveClean();
    return this.#done;
  }

  async #segment(segment: PlannedSegment, index: number): Promise<readonly StepResult[]> {
    switch (segment.kind) {
      case "transaction":
        return runTransaction(this.#run, {
          migration: this.#migration,
          beginOptions: segment.beginOptions,
          body: statementsBody(this.#run, this.#migration, segment),
          record: (results) => this.#record(segment, index, results),
          reachesBeyond: this.#changesSettings(index) || segment.steps.some(mayReachOwnTables),
          last: this.#isLast,
        });
      case "alone":
        return this.#alone(segment, index);
      case "program":
        return this.#program(segment, index);
      default:
        return segment satisfies never;
    }
  }

  async #alone(segment: Extract<PlannedSegment, { kind: "alone" }>, index: number): Promise<readonly StepResult[]> {
    const { session, journal, options } = this.#run;
    const { version } = this.#migration;
    const step = segment.steps[0];
    const statement = headline(step.sql);
    if (step.serverWide !== undefined && options.serverWide === "skip") {
      await this.#transaction([this.#record(segment, index, [])]);
      return [];
    }
    if (await this.#settle(segment, index)) return [];
    const dropped = await dropInvalidIndexes(this.#run, this.#migration, segment);
    for (const name of dropped) options.emit({ kind: "invalid-index-dropped", version, index: name });
    const evidence = await gatherEvidence(session, segment);
    const key = { version, direction: this.#direction, segment: index };
    await this.#transaction([
      this.#stateUnderWay(index),
      ...dropped.map((name) => journal.event({ kind: "invalid_index_dropped", version, details: { index: name } })),
      journal.startStep(key, segmentHash(segment), statement, evidence),
    ]);
    this.#known = true;
    options.emit({ kind: "step-started", version, step: step.index, statement, at: step.at });
    const result = await runAlone(this.#run, this.#migration, segment).catch(async (error: unknown) => {
      // Only what the server itself said counts: on a lost connection nobody knows.
      if (isReported(error)) await this.#transaction([journal.failStep(key)]);
      throw error;
    });
    options.emit({
      kind: "step-finished",
      version,
      step: step.index,
      durationMs: result.durationMs,
      rows: result.rows,
    });
    await guardRunLock(session, options);
    await this.#transaction([this.#record(segment, index, [result])]);
    return [result];
  }

  /** An interrupted statement that the file no longer has: what it left is settled all the same, by what it was. */
  async #settleEdited(): Promise<void> {
    const { journal } = this.#run;
    const { version, segments, file } = this.#migration;
    for (const open of this.#progress) {
      if (open.version !== version || open.direction !== this.#direction || open.state !== "started") continue;
      const segment = segments[open.segment];
      if (segment !== undefined && segment.kind !== "transaction" && segmentHash(segment) === open.hash) continue;
      const { action } = open.evidence;
      if (action === undefined) throw inDoubt(this.#migration, undefined, `\`${open.statement}\` was interrupted`);
      const verdict = await settleInDoubt(this.#run, this.#migration, action, open.evidence);
      if (verdict.kind === "in-doubt") throw inDoubt(this.#migration, undefined, verdict.evidence);
      if (verdict.kind === "finished") {
        throw new StepFailure(
          null,
          new ConfitureError(
            "CONFITURE_PARTIAL_CHANGED",
            `\`${open.statement}\` of ${file} is done (${verdict.evidence}), and the file says something else there now.`,
            {
              at: segment?.steps[0]?.at ?? { file, line: 1, column: 1 },
              hint: "Restore the statement; those behind it may be edited.",
            },
          ),
        );
      }
      await this.#transaction([
        this.#settled(open.statement, verdict),
        journal.forgetStep({ version, direction: this.#direction, segment: open.segment }),
      ]);
    }
  }

  /** True when an interrupted earlier try of this very statement turns out to have happened. */
  async #settle(segment: Extract<PlannedSegment, { kind: "alone" }>, index: number): Promise<boolean> {
    const { version } = this.#migration;
    const open = this.#progress.find(
      (row) =>
        row.version === version &&
        row.direction === this.#direction &&
        row.segment === index &&
        row.state === "started" &&
        row.hash === segmentHash(segment),
    );
    if (open === undefined) return false;
    const verdict = await settleInDoubt(this.#run, this.#migration, segment.action, open.evidence);
    if (verdict.kind === "in-doubt") throw inDoubt(this.#migration, segment.steps[0], verdict.evidence);
    const event = this.#settled(open.statement, verdict);
    if (verdict.kind === "finished") {
      await this.#transaction([event, this.#record(segment, index, [])]);
      return true;
    }
    await this.#transaction([event]);
    return false;
  }

  /** Says what was found out, and returns the SQL that records it. */
  #settled(statement: string, { kind, evidence }: Exclude<Verdict, { readonly kind: "in-doubt" }>): string {
    const { journal, options } = this.#run;
    const { version } = this.#migration;
    options.emit({ kind: "in-doubt-settled", version, statement, verdict: kind, evidence });
    return journal.event({ kind: "step_settled", version, details: { statement, verdict: kind, evidence } });
  }

  async #program(segment: Extract<PlannedSegment, { kind: "program" }>, index: number): Promise<readonly StepResult[]> {
    const program = this.#prepared.programs.get(this.#migration.version);
    const body = this.#direction === "up" ? program?.up : program?.down;
    if (body === undefined) throw new RangeError(`migration ${this.#migration.version} has no program to run`);
    const { version } = this.#migration;
    if (!segment.transaction) {
      const interrupted = this.#progress.find(
        (row) => row.version === version && row.direction === this.#direction && row.state === "started",
      );
      if (interrupted !== undefined)
        throw inDoubt(this.#migration, undefined, "a program outside a transaction was interrupted");
      const key = { version, direction: this.#direction, segment: index };
      await this.#transaction([
        this.#stateUnderWay(index),
        this.#run.journal.startStep(key, segmentHash(segment), "program", {}),
      ]);
      this.#known = true;
    }
    return runProgram(this.#run, this.#migration, body, {
      transaction: segment.transaction,
      record: (results) => this.#record(segment, index, results),
      commitRecord: async (results) => {
        await guardRunLock(this.#run.session, this.#run.options);
        await this.#transaction([this.#record(segment, index, results)]);
      },
      last: this.#isLast,
    });
  }

  get #direction(): "up" | "down" {
    return this.#prepared.plan.direction;
  }

  /** The record of a segment that ran: the whole migration's when it was the last one. */
  #record(segment: PlannedSegment, index: number, results: readonly StepResult[]): string {
    const { journal, options } = this.#run;
    const { version, segments } = this.#migration;
    if (index === segments.length - 1)
      return this.#recordWhole([...this.#done, ...results], options.now() - this.#started);
    const key = { version, direction: this.#direction, segment: index };
    const statement = segment.steps[0] === undefined ? "program" : headline(segment.steps[0].sql);
    return [this.#stateUnderWay(index), journal.finishStep(key, segmentHash(segment), statement)].join("\n");
  }

  #recordWhole(steps: readonly StepResult[], durationMs: number): string {
    const { journal } = this.#run;
    const { version, name, checksum, segments } = this.#migration;
    const details = {
      steps: steps.map(({ step, kind, durationMs: ms, rows }) => ({
        step,
        kind,
        ms: Math.round(ms * 1000) / 1000,
        rows,
      })),
    };
    const inParts = segments.length > 1 || segments[0]?.kind !== "transaction" || this.#known;
    const clear = inParts ? [journal.forgetSteps(version)] : [];
    if (this.#direction === "down") {
      return [
        ...clear,
        journal.remove(version),
        journal.event({ kind: "migration_rolled_back", version, name, durationMs, checksum, details }),
      ].join("\n");
    }
    return [
      ...clear,
      journal.put(this.#recordOf(), "applied", { durationMs, known: this.#known }),
      journal.event({ kind: "migration_completed", version, name, durationMs, checksum, details }),
    ].join("\n");
  }

  /** A migration without statements (a file of comments) is applied by its record alone. */
  async #recordAlone(): Promise<void> {
    await this.#transaction([this.#recordWhole([], 0)]);
  }

  /** Written with each segment but the last: a migration that is begun is seen as begun. */
  #stateUnderWay(index: number): string {
    const { journal } = this.#run;
    const { version, name, checksum } = this.#migration;
    const state =
      this.#direction === "up"
        ? journal.put(this.#recordOf(), "applying", { durationMs: 0, known: this.#known })
        : journal.markReverting(version);
    if (index > 0) return state;
    return [
      state,
      journal.event({ kind: "migration_started", version, name, checksum, details: { direction: this.#direction } }),
    ].join("\n");
  }

  #recordOf() {
    const record = this.#prepared.records.get(this.#migration.version);
    if (record === undefined) throw new RangeError(`the plan holds no record of ${this.#migration.version}`);
    return record;
  }

  async #transaction(statements: readonly string[]): Promise<void> {
    const ours = this.#changesSettings(this.#migration.segments.length - 1)
      ? "set local session authorization default;\n"
      : "";
    const role =
      ours === ""
        ? ""
        : `select pg_catalog.set_config('role', '${this.#run.settings.role.replaceAll("'", "''")}', true);\n`;
    const durable = this.#isLast ? `set local synchronous_commit = ${this.#run.synchronousCommit};\n` : "";
    await sendRecord(this.#run, `begin;\n${ours}${role}${durable}${statements.join("\n")}\ncommit`);
  }

  /** Whether a statement up to and with this segment may have left a setting or a role behind. */
  #changesSettings(upTo: number): boolean {
    return this.#migration.segments
      .slice(0, upTo + 1)
      .some(
        (segment) =>
          segment.kind === "program" ||
          segment.steps.some((step) => step.mayChangeSettings || step.kind === "VariableSetStmt"),
      );
  }

  /** Settings are put back, and temporary tables and the like end with the migration: the next must not meet them. */
  async #leaveClean(): Promise<void> {
    const { segments } = this.#migration;
    if (this.#changesSettings(segments.length - 1)) await restoreSettings(this.#run.session, this.#run.settings);
    if (!segments.some(leavesObjects)) return;
    this.#run.spoilSession();
    await clearSession(this.#run.session);
  }

  /** A resumed migration goes on under the search path and role that its finished part had set. */
  async #replaySettings(finished: readonly PlannedSegment[]): Promise<void> {
    const cursor: Cursor = { step: undefined, prefixLength: 0 };
    for (const step of finished.flatMap((segment) => segment.steps).filter(onlySetsSettings)) {
      cursor.step = step;
      try {
        await this.#run.session.query(step.sql);
      } catch (error) {
        throw failureAt(error, cursor, this.#migration.file, "Run again to go on from here.");
      }
    }
  }
}

/** Whether the server said that it failed. A cancelled one may have been lost as well. */
function isReported(error: unknown): boolean {
  return (
    error instanceof StepFailure &&
    ["CONFITURE_STATEMENT_FAILED", "CONFITURE_DEADLINE", "CONFITURE_LOCK_TIMEOUT"].includes(error.error.code)
  );
}

function onlySetsSettings(step: PlannedStep): boolean {
  return (
    step.kind === "VariableSetStmt" ||
    (step.kind === "SelectStmt" && /^select\s+(pg_catalog\.)?set_config\s*\(/i.test(step.sql))
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

function inDoubt(migration: PlannedMigration, step: PlannedStep | undefined, evidence: string): StepFailure {
  const { version } = migration;
  const error = new ConfitureError(
    "CONFITURE_IN_DOUBT",
    `Migration ${version} was interrupted, and nobody but you can tell whether this happened: ${evidence}.`,
    {
      at: step?.at ?? { file: migration.file, line: 1, column: 1 },
      hint: `Look at the database, then say: \`confiture migrate repair --mark-finished ${version}\` or \`--mark-not-started ${version}\`, and run again.`,
      facts: { version },
    },
  );
  return new StepFailure(step?.index ?? null, error);
}
