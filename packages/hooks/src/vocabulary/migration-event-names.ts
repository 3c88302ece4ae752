import type { MigrationEvents } from "./migration-events.js";

/**
 * `lifecycle`: a moment of a run. `migration`: a moment of one migration within it. `state`: the run has come into another state. `alert`: something
 * measured has crossed its threshold.
 */
export type EventCategory = "lifecycle" | "migration" | "state" | "alert";

interface EventRow {
  readonly category: EventCategory;
  readonly when: string;
}

/** Every event of the vocabulary of migrations, and when it fires. */
export const migrationEvents = {
  before_analyze_schema: { category: "lifecycle", when: "A schema is about to be read." },
  after_analyze_schema: { category: "lifecycle", when: "A schema has been read." },
  before_diff_schemas: { category: "lifecycle", when: "Two schemas are about to be compared." },
  after_diff_schemas: { category: "lifecycle", when: "Two schemas have been compared." },
  before_plan_migration: { category: "lifecycle", when: "It is known which migrations will be planned." },
  after_plan_migration: { category: "lifecycle", when: "The plan is final and nothing has run yet." },
  before_dry_run: { category: "lifecycle", when: "The plan is about to be rehearsed." },
  after_dry_run: { category: "lifecycle", when: "The rehearsal has been rolled back." },
  before_execute: { category: "lifecycle", when: "The plan is about to be run." },
  after_execute: { category: "lifecycle", when: "The plan has been run, and is committed." },
  before_validate: { category: "lifecycle", when: "Migrations are about to be validated." },
  after_validate: { category: "lifecycle", when: "Migrations have been validated." },
  before_rollback: { category: "lifecycle", when: "Migrations are about to be undone." },
  after_rollback: { category: "lifecycle", when: "Migrations have been undone." },
  before_rollback_plan: { category: "lifecycle", when: "It is known which migrations are to be undone." },
  after_rollback_plan: { category: "lifecycle", when: "The way back is planned and nothing has been undone yet." },

  before_validation: { category: "migration", when: "Before anything else of a migration: preconditions." },
  before_ddl: { category: "migration", when: "Before its first statement." },
  after_ddl: { category: "migration", when: "Behind its last statement." },
  after_validation: { category: "migration", when: "Behind `after_ddl`: whether the result is as it should be." },
  cleanup: { category: "migration", when: "It is committed: what was made for it can go." },
  on_success: { category: "migration", when: "It is committed and recorded." },
  on_error: { category: "migration", when: "It has failed and was rolled back." },

  migration_started: { category: "state", when: "The run holds its lock and begins." },
  migration_paused: { category: "state", when: "The run waits, with no transaction open." },
  migration_resumed: { category: "state", when: "The run goes on." },
  migration_completed: { category: "state", when: "The run has ended well." },
  migration_failed: { category: "state", when: "The run has ended with an error." },
  migration_rolled_back: { category: "state", when: "What the run had done is undone." },
  migration_cancelled: { category: "state", when: "The run was told to stop, and has." },

  data_anomaly_detected: { category: "alert", when: "Rows are missing, or refer to none." },
  lock_timeout_exceeded: { category: "alert", when: "A lock is waited for too long." },
  performance_degraded: { category: "alert", when: "A step is slower than its baseline allows." },
  memory_threshold_exceeded: { category: "alert", when: "The process takes too much memory." },
  long_transaction_detected: { category: "alert", when: "A transaction has been open for too long." },
  connection_pool_exhausted: { category: "alert", when: "Too few connections are left." },
} as const satisfies { readonly [Event in keyof MigrationEvents]-?: EventRow };

/** Their names, for `vocabulary` of `createHooks`. */
export const migrationEventNames = Object.keys(migrationEvents) as readonly (keyof MigrationEvents)[];
