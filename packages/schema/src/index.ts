export type { CanonicalOptions } from "./canonical/canonical-entries.js";
export { canonicalText } from "./canonical/canonical-text.js";
export { catalogHash } from "./canonical/catalog-hash.js";
export type { ChangedField } from "./compare/changed-fields.js";
export { changedFields } from "./compare/changed-fields.js";
export type { CatalogDifference } from "./compare/compare-catalogs.js";
export { compareCatalogs } from "./compare/compare-catalogs.js";
export type { ColumnOrder } from "./diff/column-order.js";
export type { DiffOptions, DiffStatement, SchemaDiff } from "./diff/diff-catalogs.js";
export { diffCatalogs } from "./diff/diff-catalogs.js";
export type { LikelyRename } from "./diff/likely-renames.js";
export type { DiffPlan, PlannedStatement } from "./diff/plan-diff.js";
export { planDiff } from "./diff/plan-diff.js";
export { renderDiff } from "./diff/render-diff.js";
export type { CompareObservationsOptions, ObservedDifference } from "./observe/compare-observations.js";
export { compareObservations } from "./observe/compare-observations.js";
export type { ObserveSchemaOptions } from "./observe/observe-schema.js";
export { observeSchema } from "./observe/observe-schema.js";
export type { ObservedObject } from "./observe/observed-object.js";
export type {
  DiffProof,
  ProveDiffInput,
  ProveDiffOptions,
  SchemaSource,
  TableRows,
} from "./prove/prove-diff.js";
export { proveDiff } from "./prove/prove-diff.js";
export type { FileChanges } from "./prove/relation-files.js";
export type { ProofOutcome, ProofStatement } from "./prove/run-statements.js";
export type { SeededRows, SeedRowsOptions } from "./prove/seed-rows.js";
export { seedRows } from "./prove/seed-rows.js";
export type { ReadCatalogOptions } from "./read/read-catalog.js";
export { readCatalog } from "./read/read-catalog.js";
export { copySchema } from "./renames/copy-schema.js";
export type { RenamedDiffOptions, RenamedDiffPlan } from "./renames/plan-renamed-diff.js";
export { planRenamedDiff } from "./renames/plan-renamed-diff.js";
export { readRenameDirectives } from "./renames/read-rename-directives.js";
export type { Rename, RenamedKind } from "./renames/rename.js";
export { parseRename } from "./renames/rename.js";
