import type {
  Alert,
  DataAnomaly,
  DryRun,
  DryRunEnded,
  Executed,
  Execution,
  LockWait,
  LongTransaction,
  MigrationDomain,
  MigrationFailure,
  MigrationPhase,
  MigrationStepsDone,
  Planned,
  Planning,
  Rollback,
  RollbackPlanning,
  RolledBack,
  RunFailed,
  RunState,
  RunStopped,
  SchemaAnalysed,
  SchemaAnalysis,
  SchemaDiff,
  SchemaDiffed,
  SlowStep,
  Validated,
  Validation,
} from "./migration-data.js";

/** The moments of a migration, and what is known at each. When each of them is stands in `migrationEvents`. */
export interface MigrationEvents<D extends MigrationDomain = MigrationDomain> {
  before_analyze_schema: SchemaAnalysis;
  after_analyze_schema: SchemaAnalysed<D>;
  before_diff_schemas: SchemaDiff<D>;
  after_diff_schemas: SchemaDiffed<D>;
  before_plan_migration: Planning;
  after_plan_migration: Planned<D>;
  before_dry_run: DryRun<D>;
  after_dry_run: DryRunEnded<D>;
  before_execute: Execution<D>;
  after_execute: Executed<D>;
  before_validate: Validation;
  after_validate: Validated;
  before_rollback: Rollback<D>;
  after_rollback: RolledBack<D>;
  before_rollback_plan: RollbackPlanning<D>;
  after_rollback_plan: Rollback<D>;

  before_validation: MigrationPhase;
  before_ddl: MigrationPhase;
  after_ddl: MigrationStepsDone;
  after_validation: MigrationStepsDone;
  cleanup: MigrationStepsDone;
  on_success: MigrationStepsDone;
  on_error: MigrationFailure<D>;

  migration_started: RunState;
  migration_paused: RunStopped;
  migration_resumed: RunState;
  migration_completed: RunState;
  migration_failed: RunFailed<D>;
  migration_rolled_back: RunState;
  migration_cancelled: RunStopped;

  data_anomaly_detected: DataAnomaly;
  lock_timeout_exceeded: LockWait;
  performance_degraded: SlowStep;
  memory_threshold_exceeded: Alert;
  long_transaction_detected: LongTransaction;
  connection_pool_exhausted: Alert;
}
