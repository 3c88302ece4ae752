import { ConfitureError, type Session } from "@confiture/model";
import type { Calibration } from "../duration/calibration.js";
import { startBudget } from "./budget.js";
import { fitRates } from "./fit-rates.js";
import { measureTables } from "./measure-tables.js";
import type { Observation } from "./measurement.js";
import { useOwnSettings } from "./own-settings.js";
import { readEnvironment } from "./read-environment.js";
import { openScratchSchema } from "./scratch-schema.js";

export interface CalibrateOptions {
  /** Rows of the largest narrow table; the other shapes have fewer. Default 2,000,000. */
  readonly rows?: number;
  /** Runs of each statement on each table, half of them in a second pass over all tables. Default 4, at least 2. */
  readonly runs?: number;
  /** No table is begun, and no statement, that would end later. Default 240,000. */
  readonly maxDurationMs?: number;
  /** Disk to use at most at one time, without the log of the server. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Ends it between two statements; everything is dropped before CONFITURE_CANCELLED is thrown. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  /** Gets each run as it ends, for those who want to look at more than the fit. */
  readonly onObservation?: (observation: Observation) => void;
}

const defaults = { rows: 2_000_000, runs: 4, maxDurationMs: 240_000, maxBytes: 2 ** 30 };

/**
 * Measures what this server takes to scan, rewrite and index tables and to validate constraints, in tables of its own in
 * a schema of its own, which is dropped at the end, whatever happens. Loads the server while it runs. The role must be
 * allowed to create schemas in the database. PostgreSQL 13–18; the session must be outside a transaction.
 *
 * Throws CONFITURE_USAGE inside a transaction or for options out of range, CONFITURE_READ_ONLY on a standby,
 * CONFITURE_CANCELLED when `signal` fires, CONFITURE_STATEMENT_FAILED for a role without that right; what else the server refuses is thrown as it comes from the driver.
 */
export async function calibrate(session: Session, options: CalibrateOptions = {}): Promise<Calibration> {
  const { rows, runs, maxDurationMs, maxBytes } = { ...defaults, ...definedOnly(options) };
  assertPositive({ rows, runs, maxDurationMs, maxBytes });
  await assertUsable(session);
  const measuredAt = new Date().toISOString();
  const budget = startBudget({ maxDurationMs, maxBytes });
  const environment = await readEnvironment(session);
  const observations = await inScratchSchema(session, () =>
    measureTables(session, { ...options, rows, runs, environment, budget }),
  );
  return {
    format: 1,
    environment,
    measuredAt,
    tookMs: Math.round(budget.spentMs()),
    ...fitRates(observations),
    notMeasured: budget.leftOut(),
  };
}

async function inScratchSchema<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  const restore = await useOwnSettings(session, {
    statement_timeout: "0",
    search_path: "pg_catalog",
    // What a query reads is to be read by one process, as ALTER TABLE does.
    max_parallel_workers_per_gather: "0",
    // The schema takes its tables with it, and the server would list them all.
    client_min_messages: "warning",
  });
  return thenAlways(restore, async () => {
    const scratch = await openScratchSchema(session);
    return thenAlways(scratch.drop, async () => {
      await session.query("select set_config('search_path', $1, false)", [`${scratch.name}, pg_catalog`]);
      return work();
    });
  });
}

/** The first error is the one to tell; what cannot be dropped on a lost connection, the next measurement drops. */
async function thenAlways<Result>(cleanUp: () => Promise<void>, work: () => Promise<Result>): Promise<Result> {
  const result = await work().catch(async (error: unknown) => {
    await cleanUp().catch(() => undefined);
    throw error;
  });
  await cleanUp();
  return result;
}

async function assertUsable(session: Session): Promise<void> {
  const look =
    "select now() = statement_timestamp() as alone, current_setting('transaction_read_only') = 'on' as closed";
  // The first statement of a transaction looks as if it stood alone; the second does not.
  await session.query(look);
  const { rows } = await session.query<{ alone: boolean; closed: boolean }>(look);
  if (rows[0]?.alone === false) {
    throw new ConfitureError("CONFITURE_USAGE", "calibrate was called inside a transaction.", {
      hint: "Give it a session of its own: VACUUM FULL and CREATE INDEX CONCURRENTLY run in no transaction.",
    });
  }
  if (rows[0]?.closed === true) {
    throw new ConfitureError("CONFITURE_READ_ONLY", "Rates cannot be measured where nothing can be written.", {
      hint: "Measure on the primary.",
    });
  }
}

function assertPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isFinite(value) && value >= 1) continue;
    throw new ConfitureError("CONFITURE_USAGE", `calibrate: ${name} must be a number from 1 on.`, {
      facts: { option: name, value },
    });
  }
}

function definedOnly<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}
