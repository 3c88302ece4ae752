export type {
  Catalog,
  CatalogDependency,
  CatalogKinds,
  CatalogReference,
} from "./catalog/catalog.js";
export type {
  AnnotatedObject,
  CatalogComment,
  CatalogDefaultPrivilege,
  CatalogGrant,
  CatalogSecurityLabel,
  UnsupportedObject,
} from "./catalog/catalog-annotations.js";
export type {
  CatalogForeignDataWrapper,
  CatalogForeignServer,
  CatalogPublication,
  CatalogSubscription,
  CatalogUserMapping,
} from "./catalog/catalog-links.js";
export type {
  CatalogObject,
  ForeignOptions,
  OwnedObject,
  SchemaObject,
} from "./catalog/catalog-object.js";
export type {
  CatalogColumn,
  CatalogExtension,
  CatalogForeignTable,
  CatalogIdentity,
  CatalogMaterializedView,
  CatalogPartition,
  CatalogSchema,
  CatalogSequence,
  CatalogTable,
  CatalogView,
  CatalogViewColumn,
  SequenceSettings,
} from "./catalog/catalog-relations.js";
export type {
  CatalogAccessMethod,
  CatalogAggregate,
  CatalogCast,
  CatalogCollation,
  CatalogConversion,
  CatalogFunction,
  CatalogLanguage,
  CatalogOperator,
  CatalogOperatorClass,
  CatalogOperatorFamily,
  CatalogTransform,
} from "./catalog/catalog-routines.js";
export type {
  CatalogConstraint,
  CatalogEventTrigger,
  CatalogIndex,
  CatalogPolicy,
  CatalogRule,
  CatalogStatistics,
  CatalogTrigger,
  FiringState,
} from "./catalog/catalog-table-parts.js";
export type {
  CatalogTextSearchConfiguration,
  CatalogTextSearchDictionary,
  CatalogTextSearchParser,
  CatalogTextSearchTemplate,
} from "./catalog/catalog-text-search.js";
export type {
  CatalogBaseType,
  CatalogCompositeType,
  CatalogDomain,
  CatalogEnum,
  CatalogRangeType,
  CatalogShellType,
  CatalogType,
} from "./catalog/catalog-types.js";
export type { DataRequirement } from "./effects/data-requirement.js";
export type {
  Compatibility,
  DataLoss,
  Effect,
  IndexBuild,
  RelationLock,
  RowChange,
  Scan,
  TransactionWait,
} from "./effects/effect.js";
export { noEffect } from "./effects/effect.js";
export type { Hazard } from "./effects/hazards.js";
export { hazards } from "./effects/hazards.js";
export type { Operation, OperationTarget } from "./effects/operation.js";
export type { OperationKind } from "./effects/operation-kinds.js";
export { operationKinds } from "./effects/operation-kinds.js";
export type { ConfitureErrorDetails } from "./errors/confiture-error.js";
export { ConfitureError, isConfitureError } from "./errors/confiture-error.js";
export type { ErrorCode, ExitCode } from "./errors/error-codes.js";
export { errorCodes, exitCodeOf } from "./errors/error-codes.js";
export type { LockMode } from "./locks/lock-modes.js";
export { lockModes, lockModesConflict } from "./locks/lock-modes.js";
export type { MigrationPlan, PlannedMigration, PlannedSegment, PlannedStep } from "./plan/migration-plan.js";
export type { Anomaly, AnomalyName } from "./risk/anomaly.js";
export type { DeployOrder } from "./risk/deploy-order.js";
export type {
  DurationEstimate,
  Recommendation,
  RiskAssessment,
  RiskCategory,
  RiskFactor,
} from "./risk/risk-assessment.js";
export type { RiskLevel } from "./risk/risk-levels.js";
export { riskLevels } from "./risk/risk-levels.js";
export type { LockHolder, WaitPrediction } from "./risk/wait-prediction.js";
export type { WindowState } from "./risk/window-state.js";
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
