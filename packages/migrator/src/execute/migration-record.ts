import type { PlannedMigration, PlannedSegment } from "@confiture/model";
import { type PreparedPlan, segmentHash } from "../plan/plan-migrations.js";
import type { StepEvidence } from "../record/applied-migration.js";
import type { StepResult } from "./migration-outcome.js";
import { changesSettings } from "./migration-settings.js";
import type { ExecutingRun } from "./run.js";
import { headline } from "./run-step.js";
import { asOurselves } from "./session-settings.js";
import { sendRecord } from "./write-record.js";

export interface RecordedMigration {
  readonly prepared: PreparedPlan;
  readonly migration: PlannedMigration;
  /** The run's last commit waits for the disk, and with it all before it. */
  readonly isLast: boolean;
}

/** A segment whose end may go unseen. */
interface StartOfSegment {
  readonly statement: string;
  readonly evidence: StepEvidence;
  /** SQL of events that come before it. */
  readonly events?: readonly string[];
}

/** The record of one migration under way: SQL for each of its segments, and for the whole with the last one. */
export class MigrationRecord {
  readonly #run: ExecutingRun;
  readonly #of: RecordedMigration;
  readonly #started: number;
  readonly #done: StepResult[] = [];
  /** Whether the record of the whole does not come with the last segment, but behind it. */
  readonly #closesApart: boolean;
  /** Whether there is a row of this migration: of parts that are applied. */
  #known: boolean;

  constructor(run: ExecutingRun, of: RecordedMigration, closesApart = false) {
    this.#run = run;
    this.#of = of;
    this.#started = run.options.now();
    this.#closesApart = closesApart;
    this.#known = of.prepared.underWay.has(of.migration.version);
  }

  /** What ran, of the segments that are recorded. */
  get done(): readonly StepResult[] {
    return this.#done;
  }

  /** A segment ran, and is recorded. */
  add(results: readonly StepResult[]): void {
    this.#done.push(...results);
    this.#known = true;
  }

  /** What a segment that ran is recorded by: with the last one, the whole migration. */
  ofSegment(segment: PlannedSegment, index: number, results: readonly StepResult[]): string {
    const { journal } = this.#run;
    const { version, segments } = this.#of.migration;
    if (index === segments.length - 1 && !this.#closesApart) return this.whole(results);
    const key = { version, direction: this.#direction, segment: index };
    const statement = segment.steps[0] === undefined ? "program" : headline(segment.steps[0].sql);
    return [this.#underWay(index), journal.finishStep(key, segmentHash(segment), statement)].join("\n");
  }

  /** A migration without statements (a file of comments) is applied by its record alone. */
  async writeAlone(): Promise<void> {
    await this.write([this.whole([])]);
  }

  /** The record of the whole, with what ran last. */
  whole(results: readonly StepResult[]): string {
    const steps = [...this.#done, ...results];
    return this.#whole(steps, steps.length === 0 ? 0 : this.#run.options.now() - this.#started);
  }

  async writeStart(segment: PlannedSegment, index: number, start: StartOfSegment): Promise<void> {
    const { statement, evidence, events = [] } = start;
    const key = { version: this.#of.migration.version, direction: this.#direction, segment: index };
    await this.write([
      this.#underWay(index),
      ...events,
      this.#run.journal.startStep(key, segmentHash(segment), statement, evidence),
    ]);
    this.#known = true;
  }

  /** In a transaction of its own, as ourselves whatever role the migration has taken. */
  async write(statements: readonly string[]): Promise<void> {
    const { migration, isLast } = this.#of;
    const ours = changesSettings(migration, migration.segments.length - 1) ? asOurselves(this.#run.settings) : "";
    const durable = isLast ? `set local synchronous_commit = ${this.#run.synchronousCommit};\n` : "";
    await sendRecord(this.#run, `begin;\n${ours}${durable}${statements.join("\n")}\ncommit`);
  }

  get #direction(): "up" | "down" {
    return this.#of.prepared.plan.direction;
  }

  #whole(steps: readonly StepResult[], durationMs: number): string {
    const { journal } = this.#run;
    const { version, name, checksum, segments } = this.#of.migration;
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
        this.#run.moments.expect({ version, direction: this.#direction }),
      ].join("\n");
    }
    return [
      ...clear,
      journal.put(this.#row(), "applied", { durationMs, known: this.#known }),
      journal.event({ kind: "migration_completed", version, name, durationMs, checksum, details }),
      this.#run.moments.expect({ version, direction: this.#direction }),
    ].join("\n");
  }

  /** Written with each segment but the last: a migration that is begun is seen as begun. */
  #underWay(index: number): string {
    const { journal } = this.#run;
    const { version, name, checksum } = this.#of.migration;
    const state =
      this.#direction === "up"
        ? journal.put(this.#row(), "applying", { durationMs: 0, known: this.#known })
        : journal.markReverting(version);
    if (index > 0) return state;
    return [
      state,
      journal.event({ kind: "migration_started", version, name, checksum, details: { direction: this.#direction } }),
    ].join("\n");
  }

  #row() {
    const { prepared, migration } = this.#of;
    const row = prepared.records.get(migration.version);
    if (row === undefined) throw new RangeError(`the plan holds no record of ${migration.version}`);
    return row;
  }
}
