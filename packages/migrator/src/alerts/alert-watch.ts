import type { Database, OwnedSession, Queryable, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import type { MigrationProgress } from "../execute/migration-progress.js";
import type { ResolvedRunOptions } from "../execute/run-options.js";
import type { SessionSnapshot } from "../execute/session-settings.js";
import { HookMoments } from "../hooks/hook-moments.js";
import type { Journal } from "../record/journal.js";
import type { AlertOptions, RaisedAlert } from "./alert-options.js";
import { findAnomalies, isWatched, type WrittenStep } from "./data-checks.js";
import type { Finding } from "./finding.js";
import { findMuchMemory, findSlowStep } from "./process-detectors.js";
import { findFewConnections, findLongTransactions, LockWaitDetector } from "./server-detectors.js";

/** The run that is watched. */
export interface WatchedRun {
  readonly database: Database;
  readonly session: Session;
  readonly pid: number;
  readonly options: ResolvedRunOptions;
  readonly settings: SessionSnapshot;
  readonly journal: Journal;
}

interface CurrentStep {
  readonly version: string;
  readonly step: number;
  readonly startedAt: number;
}

/** Looks at the server and at this process while a run goes on, from a session of its own, and raises alerts. */
export class AlertWatch implements AsyncDisposable {
  readonly #run: WatchedRun;
  readonly #rules: AlertOptions;
  readonly #session: OwnedSession;
  readonly #moments: HookMoments;
  readonly #lockWaits = new LockWaitDetector();
  readonly #baselines: ReadonlyMap<string, number>;
  /** What lasts since the last look: it has been told. */
  #lasting = new Set<string>();
  #step: CurrentStep | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();
  readonly #hooks = new Set<Promise<void>>();
  #isOver = false;
  /** The server did not answer the watching session: nobody looks beside the run any more. */
  #isBlind = false;
  /** Asked for a pause, by whom it is told. */
  onPause: (because: string) => void = () => undefined;
  /** The alert that the run is rolled back for. */
  verdict: RaisedAlert | undefined;

  private constructor(
    run: WatchedRun,
    rules: AlertOptions,
    session: OwnedSession,
    baselines: ReadonlyMap<string, number>,
  ) {
    this.#run = run;
    this.#rules = rules;
    this.#session = session;
    this.#baselines = baselines;
    // Hooks of alerts run beside the migration: what is told of them is written from here.
    this.#moments = new HookMoments({ database: run.database, session, pid: 0, options: run.options });
  }

  /** Undefined where nothing is to be watched, or there is no connection to spare: then the run is told of it. */
  static async open(run: WatchedRun, versions: readonly string[]): Promise<AlertWatch | undefined> {
    const rules = run.options.alerts;
    if (rules === undefined) return undefined;
    const session = await (run.database.openBeside?.() ?? run.database.openSession()).catch((error: unknown) => {
      run.options.emit({ kind: "alerts-blind", because: error instanceof Error ? error.message : String(error) });
      return undefined;
    });
    if (session === undefined) return undefined;
    try {
      // Who watches does not wait: neither for locks nor for a server that has no time.
      await session.query("set statement_timeout = 10000; set lock_timeout = 1000");
      const baselines = await readBaselines(session, run.options.ownSchema, versions);
      const watch = new AlertWatch(run, rules, session, baselines);
      await watch.#moments.open(run.settings, async (text) => void (await session.query(text)));
      watch.#lookLater();
      return watch;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  get executions() {
    return this.#moments.ledger.executions;
  }

  /** Takes note of what happens in the run. */
  note(event: MigrationProgress): void {
    if (event.kind === "step-started")
      this.#step = { version: event.version, step: event.step, startedAt: this.#run.options.now() };
    if (event.kind === "step-finished" || event.kind === "migration-finished") this.#step = undefined;
  }

  /**
   * Looks at what a step has written, before it is committed.
   *
   * @throws CONFITURE_ALERT where that is to be rolled back
   */
  async inspect(written: WrittenStep): Promise<void> {
    const rules = { rowsLost: this.#rules.rowsLost, orphans: this.#rules.orphans };
    if (!isWatched(written.step, rules)) return;
    const findings = await findAnomalies(this.#run.session, written, rules).catch((error: unknown) => {
      if (this.#run.options.signal?.aborted === true) throw error;
      const because = `the rows behind statement ${written.step.index} could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
      this.#run.options.emit({ kind: "alerts-blind", because });
      return [];
    });
    // Thrown from here, it needs no cancelling.
    for (const finding of findings) this.#raise(finding, () => undefined);
    if (this.verdict !== undefined) throw alertError(this.verdict);
  }

  #lookLater(): void {
    if (this.#isOver || this.#isBlind) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().then(() => this.#lookLater());
    }, this.#rules.everyMs ?? 1_000);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const findings = await this.#find();
      const lasting = new Set(findings.map(({ key }) => key));
      const news = findings.filter(({ key }) => !this.#lasting.has(key));
      this.#lasting = lasting;
      for (const finding of news) this.#raise(finding);
    } catch (error) {
      if (this.#isOver) return;
      // The run does not depend on being watched; that it is not is said. Rows are looked at by its own session all the same.
      this.#isBlind = true;
      this.#run.options.emit({ kind: "alerts-blind", because: error instanceof Error ? error.message : String(error) });
    }
  }

  async #find(): Promise<readonly Finding[]> {
    const { lockWait, longTransaction, connections, memory } = this.#rules;
    const session = this.#session;
    return [
      ...(lockWait === undefined ? [] : await this.#lockWaits.look(session, { pid: this.#run.pid, rule: lockWait })),
      ...(longTransaction === undefined ? [] : await findLongTransactions(session, longTransaction)),
      ...(connections === undefined ? [] : await findFewConnections(session, connections)),
      ...(memory === undefined ? [] : findMuchMemory(memory)),
      ...this.#findSlow(),
    ];
  }

  #findSlow(): readonly Finding[] {
    const { slowStep, baselineMs } = this.#rules;
    const current = this.#step;
    if (slowStep === undefined || current === undefined) return [];
    const { version, step, startedAt } = current;
    const baseline = baselineMs?.({ version, step }) ?? this.#baselines.get(baselineKey(version, step));
    return findSlowStep(
      { version, step, elapsedMs: this.#run.options.now() - startedAt, baselineMs: baseline },
      slowStep,
    );
  }

  #raise(finding: Finding, stop: (reason: string) => void = this.#run.options.stop): void {
    if (this.#isOver) return;
    const { options, journal } = this.#run;
    const { event, because, rule } = finding;
    const version = finding.data.version ?? this.#step?.version;
    const data = { ...finding.data, ...(version === undefined ? {} : { version }) };
    const { measured, threshold, unit } = data;
    options.emit({
      kind: "alert",
      event,
      version: version ?? null,
      because,
      measured,
      threshold,
      unit,
      action: rule.action,
    });
    const details = { event, because, measured, threshold, unit, action: rule.action };
    const record = journal.event({ kind: "alert_raised", ...(version === undefined ? {} : { version }), details });
    const told = this.#session
      .query(record)
      // What is raised has been told to whoever listens; the record of it is one more.
      .catch(() => undefined)
      .then(() => this.#moments.reach(event, data as never, { place: "outside", behind: "end" }));
    const settled = told.catch(() => undefined).then(() => void this.#hooks.delete(settled));
    this.#hooks.add(settled);
    this.#act({ event, because, action: rule.action }, stop);
  }

  #act(alert: RaisedAlert, stop: (reason: string) => void): void {
    if (alert.action === "pause") this.onPause(`alert: ${alert.because}`);
    if (alert.action !== "rollback" || this.verdict !== undefined) return;
    this.verdict = alert;
    stop(`alert: ${alert.because}`);
  }

  /** Hooks of alerts are waited for: their own time limits hold. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#looking;
    this.#isOver = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#hooks);
    await this.#session[Symbol.asyncDispose]();
  }
}

export function alertError({ event, because }: RaisedAlert): ConfitureError {
  return new ConfitureError("CONFITURE_ALERT", `Rolled back for an alert (${event}): ${because}.`, {
    hint: "Run again when that is over; `alerts` of the configuration says what is watched, and what follows.",
    facts: { event },
  });
}

function baselineKey(version: string, step: number): string {
  return `${version}:${step}`;
}

/** How long each step took when this database last applied it. */
async function readBaselines(
  session: Queryable,
  ownSchema: string,
  versions: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await session.query<{ version: string; step: number; ms: number }>(
    `select last.version, (step ->> 'step')::int as step, (step ->> 'ms')::float8 as ms
     from (
       select distinct on (version) version, details from ${quoteIdentifier(ownSchema)}.events
       where kind = 'migration_completed' and version = any ($1::text[])
       order by version, id desc
     ) last, pg_catalog.jsonb_array_elements(last.details -> 'steps') step`,
    [versions],
  );
  return new Map(rows.map(({ version, step, ms }) => [baselineKey(version, step), ms]));
}
