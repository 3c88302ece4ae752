import type { DeployOrder, Operation, OperationKind } from "@confiture/model";
import { asRunningCodeSees } from "../plan/as-running-code-sees.js";

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

/** Their caveat is for code that takes whatever there is; code that names what it wants goes on. */
const borneByRunningCode: ReadonlySet<OperationKind> = new Set(["add_column", "drop_not_null"]);

/**
 * Whether the code or the database is deployed first. What breaks or constrains the running code waits for code that
 * no longer minds; what new code needs comes before it; both in one plan belong into two migrations. A rename is both
 * at once, and no order of the two helps. What the plan makes itself, running code does not know.
 */
export function deployOrder(operations: readonly Operation[]): DeployOrder {
  const unclear = operations.filter(({ kind, effect }) => kind === "unclassified" || effect.certainty === "unknown");
  if (unclear.length > 0) {
    return { first: "unknown", because: [`${unclear.length} operations were not understood`] };
  }
  const seen = asRunningCodeSees(operations);
  const renaming = seen.filter((operation, index) => isRename(operation) && !leavesView(operation, seen.slice(index)));
  const bridged = seen.filter((operation) => isRename(operation) && !renaming.includes(operation));
  const restricting = seen.filter(
    (operation) => restricts(operation) && !renaming.includes(operation) && !bridged.includes(operation),
  );
  const adding = seen.filter((operation) => bridged.includes(operation) || adds(operation));
  const because = [
    ...renaming.map(
      (operation) =>
        `${nameOf(operation)} breaks running code, and new code finds the new name only behind it: neither order works`,
    ),
    ...restricting.map((operation) => {
      const { runningCode, because: reason } = operation.effect.compatibility;
      const verb = runningCode === "breaks" ? "breaks running code" : "may break running code";
      const told = demandsValue(operation) ? "its INSERTs give the column no value" : reason;
      return `${nameOf(operation)} ${verb}${told === undefined ? "" : `: ${told}`}`;
    }),
    ...adding.map((operation) => {
      const { runningCode, because: caveat } = operation.effect.compatibility;
      if (bridged.includes(operation)) return `${nameOf(operation)} leaves a view for running code`;
      return `${nameOf(operation)} may be needed by new code${runningCode === "depends" && caveat !== undefined ? `; of the code that runs: ${caveat}` : ""}`;
    }),
  ];
  if (renaming.length > 0) return { first: "neither", because };
  if (restricting.length > 0) return { first: adding.length > 0 ? "split" : "application", because };
  return { first: adding.length > 0 ? "migration" : "either", because };
}

function restricts(operation: Operation): boolean {
  const { runningCode } = operation.effect.compatibility;
  if (runningCode === "works") return false;
  return runningCode === "breaks" || !borneByRunningCode.has(operation.kind) || demandsValue(operation);
}

function adds({ kind, effect }: Operation): boolean {
  const { runningCode } = effect.compatibility;
  return (
    additions.has(kind) && (runningCode === "works" || (runningCode === "depends" && borneByRunningCode.has(kind)))
  );
}

/** A new column that is NOT NULL and has no default. */
function demandsValue({ kind, part, effect }: Operation): boolean {
  return kind === "add_column" && effect.requires.some((one) => one.kind === "not_null" && one.column === part);
}

function isRename({ kind, effect }: Operation): boolean {
  return kind.startsWith("rename_") && effect.compatibility.runningCode === "breaks";
}

/** True when a view takes the old name afterwards. */
function leavesView({ kind, on }: Operation, following: readonly Operation[]): boolean {
  return (
    (kind === "rename_table" || kind === "rename_view") &&
    following.some((later) => later.kind === "create_view" && later.on?.name === on?.name)
  );
}

/** `drop_column note of shop.orders`. */
export function nameOf({ kind, on, part }: Operation): string {
  return [kind, part, part !== undefined && on !== undefined ? "of" : undefined, on?.name]
    .filter((word) => word !== undefined)
    .join(" ");
}
