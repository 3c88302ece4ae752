/** Whether the code or the database goes first. */
export interface DeployOrder {
  /**
   * `split`: some operations need the code before them and some the other way round, so they belong into two
   * migrations with the deployment in between. `unknown`: something was not understood.
   */
  readonly first: "migration" | "application" | "either" | "split" | "unknown";
  readonly because: readonly string[];
}
