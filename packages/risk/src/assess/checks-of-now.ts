import type { Operation } from "@confiture/model";
import type { DataCheck } from "../checks/data-check.js";
import { relationsOfRequirement } from "../facts/relations-of.js";
import { rowChangesOf } from "../plan/row-changes.js";

/**
 * The checks that say something of the plan. Rows were looked at as they are now: where a statement changes rows of a table before one that
 * asks something of them, nobody knows what it will find.
 */
export function checksOfNow(checks: readonly DataCheck[], operations: readonly Operation[]): readonly DataCheck[] {
  const changed = new Set<string>();
  const asked = new Set<string>();
  const changedBefore = new Set<string>();
  for (const operation of operations) {
    for (const requirement of operation.effect.requires) {
      const key = JSON.stringify(requirement);
      const isChanged = relationsOfRequirement(requirement).some((relation) => changed.has(relation));
      if (isChanged && !asked.has(key)) changedBefore.add(key);
      asked.add(key);
    }
    for (const relation of changedBy(operation)) changed.add(relation);
  }
  return checks.map((check) =>
    changedBefore.has(JSON.stringify(check.requirement))
      ? {
          kind: "not_inspected",
          requirement: check.requirement,
          because: "an earlier statement changes these rows",
        }
      : check,
  );
}

/** Relations whose rows are others afterwards: rows come, go, or get other values. */
function changedBy(operation: Operation): readonly string[] {
  const { rewrites, fileSwaps } = operation.effect;
  return [...rowChangesOf(operation).map(({ relation }) => relation), ...rewrites, ...fileSwaps];
}
