/** One key of confiture.yaml, as the reference page prints it. */
export interface ConfigReferenceRow {
  /** Keys joined by dots; `<name>` stands for a name of one's own. */
  readonly path: string;
  readonly type: "text" | "texts" | "name" | "URL" | "paths" | "time" | "listed | dependencies" | "hooks";
  /** As one would write it; null where there is none. */
  readonly default: string | readonly string[] | null;
  readonly meaning: string;
}

/** Every key of confiture.yaml. A test holds this table and the shape that is checked against each other, both ways. */
export const configReference: readonly ConfigReferenceRow[] = [
  {
    path: "environments.<name>.database_url",
    type: "URL",
    default: "embedded",
    meaning:
      "Where the database is: postgres://user:password@host:port/database, or `embedded` for the PostgreSQL that comes with Confiture. Only an environment `local` that nobody wrote has the default. ${VARIABLES} are expanded when the environment is used.",
  },
  {
    path: "environments.<name>.shadow_database_url",
    type: "URL",
    default: null,
    meaning:
      "A server on which rehearsals may make and drop databases. Without it they use the environment's own server, where that may create databases.",
  },
  {
    path: "environments.<name>.load_order",
    type: "paths",
    default: null,
    meaning:
      "The load order of this environment, instead of schema.load_order: with seed data in one and without in another, say.",
  },
  {
    path: "environment.name",
    type: "name",
    default: "local",
    meaning:
      "The name of the one environment that a file describes: confiture.yaml itself, or a file of environments/, where the default is the file's name.",
  },
  {
    path: "environments.<name>.hooks",
    type: "hooks",
    default: null,
    meaning: "Hooks of this environment, beside those of the project.",
  },
  { path: "environment.hooks", type: "hooks", default: null, meaning: "As environments.<name>.hooks." },
  {
    path: "hooks",
    type: "hooks",
    default: null,
    meaning:
      "Hooks of every migration: under the name of an event a list of `type` and `config`; `directory` and `packages` for hooks in files, `options` for how an event's hooks are run. Its ${VARIABLES} are expanded when hooks are made.",
  },
  { path: "environment.database_url", type: "URL", default: null, meaning: "As environments.<name>.database_url." },
  {
    path: "environment.shadow_database_url",
    type: "URL",
    default: null,
    meaning: "As environments.<name>.shadow_database_url.",
  },
  {
    path: "environment.load_order",
    type: "paths",
    default: null,
    meaning:
      "As environments.<name>.load_order. In confiture.yaml it is the load order of the project too, unless schema.load_order is there.",
  },
  {
    path: "schema.load_order",
    type: "paths",
    default: ["db/schema/**/*.sql"],
    meaning:
      "The DDL, in the order in which it is loaded: files, folders (every .sql file below them) and globs (`*`, `**`, `?`, `[…]`, `{a,b}`). A file named by several is loaded once, where it is named first. Paths start at the folder of confiture.yaml.",
  },
  {
    path: "schema.order",
    type: "listed | dependencies",
    default: "listed",
    meaning:
      "`listed` keeps the load order. `dependencies` moves the files that make what a file uses in front of it, and leaves the rest where it is.",
  },
  { path: "migrations.directory", type: "text", default: "db/migrations", meaning: "The folder of the migrations." },
  {
    path: "migrations.own_schema",
    type: "name",
    default: "confiture",
    meaning: "The schema in the target database that holds the record of migrations.",
  },
  {
    path: "migrations.lock_timeout",
    type: "time",
    default: "2s",
    meaning: "How long one attempt may wait for a lock. Everybody who comes after it to the same table waits as long.",
  },
  {
    path: "migrations.lock_retry",
    type: "time",
    default: "5m",
    meaning: "How long attempts are repeated, with pauses between them, when a lock cannot be had.",
  },
  {
    path: "migrations.lock_wait",
    type: "time",
    default: "30s",
    meaning: "How long to wait for another run of Confiture on the same database to end.",
  },
  {
    path: "migrations.statement_timeout",
    type: "time",
    default: "0",
    meaning: "How long one statement may run; 0 is for ever.",
  },
  {
    path: "migrations.idle_in_transaction_timeout",
    type: "time",
    default: "60s",
    meaning:
      "After how long without a statement the server ends our transaction, so that a runner that hangs holds no locks; 0 is never.",
  },
  {
    path: "migrations.concurrently_deadline",
    type: "time",
    default: "1h",
    meaning: "How long a CONCURRENTLY statement may take, waits included.",
  },
  {
    path: "migrations.max_lock_hold",
    type: "time",
    default: "5s",
    meaning: "How long a rehearsal on the real database may hold its locks before it is rolled back and reported.",
  },
  {
    path: "diff.renames",
    type: "texts",
    default: null,
    meaning:
      "What has another name now and would otherwise be taken for something that goes and something that comes: `column shop.orders.note to remark`. In the DDL the same stands in a comment: `-- confiture: rename column shop.orders.note to remark`.",
  },
];
