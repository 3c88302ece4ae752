/** One key of confiture.yaml, as the reference page prints it. */
export interface ConfigReferenceRow {
  /** Keys joined by dots; `<name>` stands for a name of one's own, `[]` for each of a list. */
  readonly path: string;
  readonly type:
    | "text"
    | "texts"
    | "name"
    | "URL"
    | "paths"
    | "time"
    | "share"
    | "size"
    | "number"
    | "cron"
    | "level"
    | "hooks"
    | "listed | dependencies"
    | "notify | pause | rollback";
  /** As one would write it; null where there is none. */
  readonly default: string | readonly string[] | null;
  readonly meaning: string;
}
