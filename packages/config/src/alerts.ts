/** What follows an alert beside its hooks. */
export type ConfiguredAction = "notify" | "pause" | "rollback";

/** What is watched, and above which measure an alert is raised. */
export interface ConfiguredAlert {
  /** Milliseconds, bytes, rows, a share from 0 to 1, or a number of times: see the key. */
  readonly above: number;
  readonly action: ConfiguredAction;
}

/** What is watched while migrations run; what is not written is not watched. */
export interface AlertsConfig {
  readonly everyMs: number;
  /** Milliseconds. */
  readonly lockWait?: ConfiguredAlert;
  /** Milliseconds. */
  readonly longTransaction?: ConfiguredAlert;
  /** A share. */
  readonly connections?: ConfiguredAlert;
  /** Bytes. */
  readonly memory?: ConfiguredAlert;
  /** Times its baseline. */
  readonly slowStep?: ConfiguredAlert;
  /** A share. */
  readonly rowsLost?: ConfiguredAlert;
  /** Rows. */
  readonly orphans?: ConfiguredAlert;
}
