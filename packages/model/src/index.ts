export type { Catalog } from "./catalog/catalog.js";
export type { ConfitureErrorDetails } from "./errors/confiture-error.js";
export { ConfitureError, isConfitureError } from "./errors/confiture-error.js";
export type { ErrorCode, ExitCode } from "./errors/error-codes.js";
export { errorCodes, exitCodeOf } from "./errors/error-codes.js";
export type { LockMode } from "./locks/lock-modes.js";
export { lockModes, lockModesConflict } from "./locks/lock-modes.js";
export type { MigrationPlan, PlannedMigration, PlannedSegment, PlannedStep } from "./plan/migration-plan.js";
export type { Queryable, QueryResult } from "./server/queryable.js";
export type {
  Blocker,
  Database,
  HeldLock,
  LockObserver,
  LockWait,
  ObserveLocksOptions,
  OwnedSession,
  PoolerMode,
  ServerNotice,
  Session,
  ShadowProvider,
} from "./server/session.js";
export type { SourceLocation } from "./text/source-location.js";
export { formatLocation } from "./text/source-location.js";
export type { QualifiedName, StandaloneAction, Statement, Transactionality } from "./text/statement.js";
