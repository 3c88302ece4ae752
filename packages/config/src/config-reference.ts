import { alertReference } from "./alerts-config.js";
import type { ConfigReferenceRow } from "./config-reference-row.js";

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
  ...alertReference,
  {
    path: "diff.renames",
    type: "texts",
    default: null,
    meaning:
      "What has another name now and would otherwise be taken for something that goes and something that comes: `column shop.orders.note to remark`. In the DDL the same stands in a comment: `-- confiture: rename column shop.orders.note to remark`.",
  },
  {
    path: "risk.level",
    type: "level",
    default: "critical",
    meaning: "From which level on `migrate analyze` exits with 1; --risk-level goes before it.",
  },
  {
    path: "risk.weights.data_volume",
    type: "number",
    default: "0.25",
    meaning:
      "How much the size of the relations that are read or written counts in the score. The five weights sum to 1.",
  },
  {
    path: "risk.weights.lock_time",
    type: "number",
    default: "0.35",
    meaning: "How much the time others are kept out counts in the score. The five weights sum to 1.",
  },
  {
    path: "risk.weights.dependencies",
    type: "number",
    default: "0.15",
    meaning: "How much what hangs on the relations counts in the score. The five weights sum to 1.",
  },
  {
    path: "risk.weights.anomalies",
    type: "number",
    default: "0.15",
    meaning: "How much what was found that should not be so counts in the score. The five weights sum to 1.",
  },
  {
    path: "risk.weights.concurrent_load",
    type: "number",
    default: "0.1",
    meaning: "How much the connections in use counts in the score. The five weights sum to 1.",
  },
  {
    path: "risk.severities.low",
    type: "number",
    default: "0.1",
    meaning: "What an anomaly counts that is low.",
  },
  {
    path: "risk.severities.medium",
    type: "number",
    default: "0.3",
    meaning: "What an anomaly counts that is medium.",
  },
  {
    path: "risk.severities.high",
    type: "number",
    default: "0.7",
    meaning: "What an anomaly counts that is high.",
  },
  {
    path: "risk.severities.critical",
    type: "number",
    default: "1",
    meaning: "What an anomaly counts that is critical.",
  },
  {
    path: "risk.score_levels.medium",
    type: "number",
    default: "0.25",
    meaning: "From which score on the risk is medium.",
  },
  {
    path: "risk.score_levels.high",
    type: "number",
    default: "0.5",
    meaning: "From which score on the risk is high.",
  },
  {
    path: "risk.score_levels.critical",
    type: "number",
    default: "0.75",
    meaning: "From which score on the risk is critical.",
  },
  {
    path: "risk.downtime_levels.medium",
    type: "time",
    default: "100ms",
    meaning: "From how much downtime on the risk is medium.",
  },
  {
    path: "risk.downtime_levels.high",
    type: "time",
    default: "1s",
    meaning: "From how much downtime on the risk is high.",
  },
  {
    path: "risk.downtime_levels.critical",
    type: "time",
    default: "10s",
    meaning: "From how much downtime on the risk is critical.",
  },
  {
    path: "risk.maintenance_windows.[].opens",
    type: "cron",
    default: null,
    meaning:
      "When a window opens in which changes may cost more: minute, hour, day of the month, month, day of the week, as in cron. `migrate analyze` says whether one is open, and when the next one is.",
  },
  {
    path: "risk.maintenance_windows.[].lasts",
    type: "time",
    default: null,
    meaning: "How long it stays open.",
  },
  {
    path: "risk.maintenance_windows.[].time_zone",
    type: "text",
    default: "UTC",
    meaning: "Of its times: a name of the IANA database, like Europe/Paris.",
  },
];
