import type { WorkFamily } from "./work.js";

/**
 * What one server was measured to take for each family of work. Plain JSON: write it to a file, read it back, hand it to
 * `estimateDuration`. Made by `calibrate` of `@confiture/risk/calibrate`.
 */
export interface Calibration {
  /** Goes up when a reader of the old shape would be wrong. */
  readonly format: 1;
  readonly environment: CalibrationEnvironment;
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  /** Milliseconds the measurement itself took. */
  readonly tookMs: number;
  /** Families without an entry could not be measured; `notMeasured` says why. */
  readonly rates: Partial<Readonly<Record<WorkFamily, Rate>>>;
  /** What was left out, and why: time, bytes, a privilege. */
  readonly notMeasured: readonly { readonly what: string; readonly because: string }[];
}

/** The server as far as it decides how long work takes. Two calibrations compare only where these are alike. */
export interface CalibrationEnvironment {
  /** `server_version_num`, as 180004. */
  readonly serverVersion: number;
  /** Settings as `current_setting` prints them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly sharedBuffersBytes: number;
  readonly maintenanceWorkMemBytes: number;
  readonly minParallelTableScanBytes: number;
  /** What is allowed for one build, by both settings that limit it. */
  readonly maintenanceWorkers: number;
  /** Whether the database's own collation compares byte by byte, which sorts text several times faster. */
  readonly byteOrderCollation: boolean;
}

/** The price of one family of work: a sum of amount × price, in milliseconds. */
export interface Rate {
  /** Milliseconds for one unit of each term; what a term counts is said in `work.ts`. */
  readonly msPerUnit: Readonly<Record<string, number>>;
  /** What one parallel worker adds to the leader, from 0 (nothing) to 1 (as much as the leader itself). */
  readonly workerGain: number;
  /**
   * Each run against a fit that had not seen any run of the same statement on the same table: the milliseconds the fit
   * expected, and the natural logarithm of measured ÷ expected. Bounds come from these.
   */
  readonly residuals: readonly { readonly ms: number; readonly logRatio: number }[];
  /** Different statements × tables, and runs of them all. */
  readonly cells: number;
  readonly runs: number;
  /** Milliseconds of the longest run: an estimate far above it is an extrapolation. */
  readonly longestMs: number;
}
