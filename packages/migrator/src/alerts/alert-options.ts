import type { MigratorEvent } from "../hooks/migration-hooks.js";

/**
 * What follows an alert, beside its hooks. `notify`: nothing. `pause`: the run stands still at the next point at which it may. `rollback`: what runs is
 * cancelled and rolled back, and what the run had applied before is undone.
 */
export type AlertAction = "notify" | "pause" | "rollback";

export interface AlertRule {
  /** An alert is raised for more than this, once as long as it lasts. */
  readonly above: number;
  readonly action: AlertAction;
}

/** What is watched while migrations run, from a second session. What is left out is not watched. */
export interface AlertOptions {
  /** Milliseconds between two looks. Default 1,000. */
  readonly everyMs?: number;
  /** Milliseconds that the run waits for a lock, or others wait for one of its. Raises `lock_timeout_exceeded`. */
  readonly lockWait?: AlertRule;
  /** Milliseconds that a transaction in this database has been open, the run's own included. Raises `long_transaction_detected`. */
  readonly longTransaction?: AlertRule;
  /** Share (0 to 1) of the connections that the server has for ordinary roles. Raises `connection_pool_exhausted`. */
  readonly connections?: AlertRule;
  /** Bytes of memory that this process takes (resident set size). Raises `memory_threshold_exceeded`. */
  readonly memory?: AlertRule;
  /** How many times its baseline a step may take. Raises `performance_degraded`. */
  readonly slowStep?: AlertRule;
  /**
   * Milliseconds that a step took before, elsewhere. Without it, what it took when this database last applied it, where it has; without any, a
   * step cannot be slow.
   */
  readonly baselineMs?: (step: { readonly version: string; readonly step: number }) => number | undefined;
  /** Share (0 to 1) of a table's rows that one DELETE takes. Raises `data_anomaly_detected`. */
  readonly rowsLost?: AlertRule;
  /**
   * Rows that refer to none behind a step that writes rows, by foreign keys that PostgreSQL does not vouch for: NOT VALID, NOT ENFORCED, with their
   * triggers switched off. Raises `data_anomaly_detected`.
   */
  readonly orphans?: AlertRule;
}

/** An alert that was raised. */
export interface RaisedAlert {
  readonly event: MigratorEvent;
  /** In words, without a value of a row. */
  readonly because: string;
  readonly action: AlertAction;
}
