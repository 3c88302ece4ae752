import { ConfitureError, type Session } from "@confiture/model";
import type { CalibrationEnvironment } from "../duration/calibration.js";
import { readColumnFacts } from "../duration/read-column-facts.js";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { Budget } from "./budget.js";
import type { Measurement, Observation } from "./measurement.js";
import { measurementsOf } from "./measurements.js";
import { type ScratchTable, scratchTables } from "./scratch-tables.js";

export interface MeasureTablesOptions {
  readonly rows: number;
  readonly runs: number;
  readonly environment: CalibrationEnvironment;
  readonly budget: Budget;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  readonly onObservation?: (observation: Observation) => void;
}

/** Parts of the largest table, smallest first: when time runs out, each family has been seen at least small. */
const steps = [0.01, 0.1, 1];

/**
 * Twice over all tables, with half of the runs each: a server is busier at one minute than at another, and a spread measured
 * within seconds would promise too much.
 */
const passes = [0.5, 0.5];

/** During a rewrite there are two copies of a table and its index. */
const copies = 3;

/** Every measurement on every shape and size that time and disk allow. */
export async function measureTables(session: Session, options: MeasureTablesOptions): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  const onObservation = (observation: Observation) => {
    observations.push(observation);
    options.onObservation?.(observation);
  };
  /** Milliseconds for a row of what ran last, by measurement: what the next larger table is expected to take. */
  const pace = new Map<string, number>();
  for (const pass of passes) {
    for (const step of steps) {
      for (const shape of scratchTables) {
        const rows = Math.max(10, Math.round(options.rows * step * shape.share));
        const what = `${shape.shape} table of ${rows} rows`;
        if (!fits(shape, rows, what, { options, pace })) continue;
        options.onProgress?.(what);
        const runs = Math.max(1, Math.round(options.runs * pass));
        try {
          await measureTable(session, { ...options, onObservation, shape, rows, runs, pace });
        } catch (error) {
          if (!isOverTime(error, options.budget)) throw error;
          options.budget.leaveOut(what, tooLong);
        }
        await session.query("set statement_timeout = 0");
        await session.query("drop table if exists written, subject, every, each_tenth, each_hundredth cascade");
        await session.query("drop sequence if exists numbers");
      }
    }
  }
  return observations;
}

const tooLong = "it would end after maxDurationMs";

/** `query_canceled` by our own statement_timeout, and not by somebody who wants us to stop. */
function isOverTime(error: unknown, budget: Budget): boolean {
  return error instanceof Error && "code" in error && error.code === "57014" && !budget.hasTimeFor(0);
}

interface Progress {
  readonly options: MeasureTablesOptions;
  readonly pace: ReadonlyMap<string, number>;
}

function fits(shape: ScratchTable, rows: number, what: string, { options: { budget }, pace }: Progress): boolean {
  if (rows * shape.rowBytes * copies > budget.maxBytes) {
    budget.leaveOut(what, "it would take more than maxBytes");
    return false;
  }
  if (!budget.hasTimeFor(2 * rows * (pace.get(`${shape.shape}: fill`) ?? 0))) {
    budget.leaveOut(what, tooLong);
    return false;
  }
  return true;
}

interface MeasureTableOptions extends MeasureTablesOptions {
  readonly shape: ScratchTable;
  readonly pace: Map<string, number>;
}

async function measureTable(session: Session, options: MeasureTableOptions): Promise<void> {
  const { shape, rows, pace, environment, budget } = options;
  const started = performance.now();
  await limitTime(session, budget);
  await fill(session, shape, rows);
  pace.set(`${shape.shape}: fill`, (performance.now() - started) / rows);
  const table = await readScratchFacts(session);
  // Round by round, so that a disturbance of some seconds does not fall on all runs of one statement.
  for (let run = 0; run < options.runs; run += 1) {
    const done = new Set<string>();
    for (const measurement of measurementsOf(shape.shape)) {
      throwIfAborted(options.signal);
      const key = `${shape.shape}: ${measurement.name}`;
      const possible = measurement.after === undefined || done.has(measurement.after);
      if (!possible || !budget.hasTimeFor((pace.get(key) ?? 0) * rows)) {
        budget.leaveOut(`${measurement.name}, ${shape.shape} table of ${rows} rows, run ${run + 1}`, tooLong);
        continue;
      }
      await limitTime(session, budget);
      const { ms, tookMs } = await measure(session, measurement);
      done.add(measurement.name);
      pace.set(key, tookMs / rows);
      options.onObservation?.({ cell: `${key}, ${rows} rows`, works: measurement.work(table, environment), ms });
    }
  }
}

async function limitTime(session: Session, budget: Budget): Promise<void> {
  await session.query("select set_config('statement_timeout', $1, false)", [`${budget.leftMs()}ms`]);
}

async function fill(session: Session, shape: ScratchTable, rows: number): Promise<void> {
  // Autovacuum would come in between at times.
  const quiet = "with (autovacuum_enabled = off, toast.autovacuum_enabled = off)";
  // What a serial or an identity column draws from.
  await session.query("create sequence numbers");
  await session.query(`create table subject (${shape.columns}) ${quiet}`);
  await session.query(`insert into subject select ${shape.values(rows)} from generate_series(1, ${rows}) g`);
  for (const [name, count] of Object.entries(shape.parents?.(rows) ?? {})) {
    await session.query(
      `create table ${name} with (autovacuum_enabled = off) as select g as id from generate_series(1, ${count}) g`,
    );
    await session.query(`alter table ${name} add primary key (id)`);
    await session.query(`vacuum analyze ${name}`);
  }
  await session.query("vacuum analyze subject");
}

async function readScratchFacts(session: Session): Promise<RelationFacts> {
  const { rows } = await session.query<{ heap: number; toast: number; count: number }>(
    `select pg_relation_size(oid)::float8 as heap, reltuples::float8 as count,
            coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0)::float8 as toast
       from pg_catalog.pg_class where oid = to_regclass('subject')`,
  );
  const { heap, toast, count } = rows[0]!;
  const columnFacts = await readColumnFacts(session, "subject");
  return {
    relation: "subject",
    kind: "table",
    heapBytes: heap,
    toastBytes: toast,
    rows: count,
    rowWidth: count > 0 ? heap / count : 0,
    columns: columnFacts.length,
    indexes: [],
    columnFacts,
  };
}

async function measure(
  session: Session,
  { before, statement, undo }: Measurement,
): Promise<{ ms: number; tookMs: number }> {
  const begun = performance.now();
  for (const text of before ?? []) await session.query(text);
  const started = performance.now();
  await session.query(statement);
  const ms = performance.now() - started;
  for (const text of undo ?? []) await session.query(text);
  return { ms, tookMs: performance.now() - begun };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new ConfitureError("CONFITURE_CANCELLED", "The measurement was interrupted; what it had made is dropped.");
}
