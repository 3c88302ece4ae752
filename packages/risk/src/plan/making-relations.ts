import type { OperationKind } from "@confiture/model";

/** Operations behind which there is a relation that was not there before. */
export const makingRelations: ReadonlySet<OperationKind> = new Set([
  "create_table",
  "create_table_as",
  "create_partition",
  "create_foreign_table",
  "create_view",
  "create_materialized_view",
  "create_sequence",
]);
