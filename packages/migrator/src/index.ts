export type { AlertAction, AlertOptions, AlertRule } from "./alerts/alert-options.js";
export type { BaselineOptions, BaselineOutcome } from "./baseline.js";
export { recordBuild, setBaseline } from "./baseline.js";
export { applyBuild } from "./build/apply-build.js";
export type { ApplyBuildOptions, ApplyOutcome, ApplyProgress } from "./build/apply-script.js";
export type { EarlyCommit } from "./build/build-run.js";
export type { BuildSchemaOptions, SchemaBuild, SchemaBuildFile } from "./build/build-schema.js";
export { buildSchema } from "./build/build-schema.js";
export type { FileSystem, FolderEntry } from "./build/file-system.js";
export type { BuildCatalog, ReadBuildCatalogOptions } from "./build/read-build-catalog.js";
export { readBuildCatalog } from "./build/read-build-catalog.js";
export { readBuildRenames } from "./build/read-build-renames.js";
export type { DraftMigrationOptions, MigrationDraft } from "./draft/draft-migration.js";
export { draftMigration } from "./draft/draft-migration.js";
export type { ReadMigrationsCatalogOptions } from "./draft/read-migrations-catalog.js";
export { readMigrationsCatalog } from "./draft/read-migrations-catalog.js";
export type { DraftSource } from "./draft/starting-point.js";
export type { MigrateOutcome, MigrationFailure, MigrationResult, StepResult } from "./execute/migration-outcome.js";
export type { MigrationProgress, ProgressListener } from "./execute/migration-progress.js";
export type { RunOptions } from "./execute/run-options.js";
export { toolVersion } from "./execute/run-options.js";
export type { HistoryEvent, ReadEventsOptions } from "./history.js";
export { readEvents } from "./history.js";
export type { ReadHookExecutionsOptions, RecordedHook } from "./hook-history.js";
export { readHookExecutions } from "./hook-history.js";
export { describeHookError } from "./hooks/describe-hook-error.js";
export type { HookExecution } from "./hooks/hook-execution.js";
export type {
  HookConnection,
  HookedError,
  HookedMigration,
  HookProgress,
  MigrationHook,
  MigrationHookFields,
  MigrationHookMetadata,
  MigrationHooks,
  MigrationHooksOptions,
  MigratorEvent,
  MigratorEvents,
} from "./hooks/migration-hooks.js";
export { createMigrationHooks, defineMigrationHook, hookConcerns } from "./hooks/migration-hooks.js";
export type { MigrateOptions, MigrationSource, ResumeOutcome } from "./migrate.js";
export { migrate, planMigrations, resume, rollback } from "./migrate.js";
export type { PauseOptions, PauseOutcome } from "./pause.js";
export { pauseMigration } from "./pause.js";
export type { MigrationStatus } from "./plan/examine-history.js";
export type { AppliedMigration } from "./record/applied-migration.js";
export type { InterruptedHook } from "./record/hook-records.js";
export type { OwnMigration } from "./record/own-migrations.js";
export { ownMigrations } from "./record/own-migrations.js";
export type { RehearsalReport } from "./rehearse/rehearsal-report.js";
export type { RehearsalOutcome, RehearseOptions } from "./rehearse/rehearse.js";
export { rehearse } from "./rehearse/rehearse.js";
export type { Renumbered, Repair, RepairOutcome } from "./repair.js";
export { renumberMigration, repair } from "./repair.js";
export { cannotBeRead, decodeSqlFile } from "./sources/decode-sql-file.js";
export type { MigrationDefinition } from "./sources/define-migration.js";
export { defineMigration } from "./sources/define-migration.js";
export type { NamedHooks } from "./sources/hook-yaml.js";
export type { Migration } from "./sources/migration.js";
export type { NewMigrationOptions } from "./sources/new-migration.js";
export { newMigration } from "./sources/new-migration.js";
export { readMigrations } from "./sources/read-migrations.js";
export { readStatus } from "./status.js";
export type { Stair, StairwayOptions, ValidatedMigration } from "./validate.js";
export { proveStairway, validateMigrations } from "./validate.js";
