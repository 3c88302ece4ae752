/** Whether the code or the database goes first. */
export interface DeployOrder {
  /**
   * `split`: some operations need the code before them and some the other way round, so they belong into two
   * migrations with the deployment in between. `neither`: a rename, which breaks the code that runs
   * and the code to come alike. `unknown`: something was not understood.
   */
  readonly first: "migration" | "application" | "either" | "split" | "neither" | "unknown";
  readonly because: readonly string[];
}
