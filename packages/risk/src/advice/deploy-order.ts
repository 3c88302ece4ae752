import type { DeployOrder, Operation, OperationKind } from "@confiture/model";

/** What makes something that new code may be waiting for. */
const additions: ReadonlySet<OperationKind> = new Set([
  "create_table",
  "create_table_as",
  "create_foreign_table",
  "add_column",
  "set_default",
  "add_identity",
  "drop_not_null",
  "create_view",
  "replace_view",
  "create_materialized_view",
  "create_sequence",
  "create_type",
  "add_enum_value",
  "add_attribute",
  "create_domain",
  "create_function",
  "replace_function",
  "create_schema",
  "create_extension",
  "grant",
]);

/**
 * Whether the code or the database is deployed first. What breaks or constrains the running code waits for code that
 * no longer minds; what new code needs comes before it; both in one plan belong into two migrations.
 */
export function deployOrder(operations: readonly Operation[]): DeployOrder {
  const unclear = operations.filter(({ kind, effect }) => kind === "unclassified" || effect.certainty === "unknown");
  if (unclear.length > 0) {
    return { first: "unknown", because: [`${unclear.length} operations were not understood`] };
  }
  const restricting = operations.filter(({ effect }) => effect.compatibility.runningCode !== "works");
  const adding = operations.filter(
    ({ kind, effect }) => additions.has(kind) && effect.compatibility.runningCode === "works",
  );
  const because = [
    ...restricting.map((operation) => {
      const { runningCode, because: reason } = operation.effect.compatibility;
      const verb = runningCode === "breaks" ? "breaks running code" : "may break running code";
      return `${nameOf(operation)} ${verb}${reason === undefined ? "" : `: ${reason}`}`;
    }),
    ...adding.map((operation) => `${nameOf(operation)} may be needed by new code`),
  ];
  if (restricting.length > 0) return { first: adding.length > 0 ? "split" : "application", because };
  return { first: adding.length > 0 ? "migration" : "either", because };
}

/** `drop_column note of shop.orders`. */
export function nameOf({ kind, on, part }: Operation): string {
  return [kind, part, part !== undefined && on !== undefined ? "of" : undefined, on?.name]
    .filter((word) => word !== undefined)
    .join(" ");
}
