/** What a statement writes, as far as keys and triggers depend on it. */
export interface Written {
  /** Columns that get a value: by name, or the first so many. */
  readonly insert?: ReadonlySet<string> | number | "default";
  readonly update?: ReadonlySet<string>;
  readonly delete?: boolean;
}
