import type { DataRequirement, Operation, Scan } from "@confiture/model";
import { nameOf } from "../advice/deploy-order.js";
import { relationsOfRequirement } from "../facts/relations-of.js";

/** What a statement that reads a table for this reason asks of each row. */
const askedBy: Readonly<Partial<Record<Scan["why"], DataRequirement["kind"] | "none">>> = {
  check: "check",
  not_null: "not_null",
  foreign_key: "foreign_key",
  partition_bound: "none",
};

/** What operations look for in rows without saying it as a requirement: nobody can ask the server that before. */
export function unsaidRequirements(operations: readonly Operation[]): readonly string[] {
  const told = operations.flatMap((operation) => {
    const { scans, requires } = operation.effect;
    const unsaid = scans.flatMap(({ relation, why }) => {
      const kind = askedBy[why];
      return kind === undefined || isSaid(requires, kind, relation) ? [] : [relation];
    });
    // A foreign key is about two tables, and a partitioned one about all of its partitions.
    const isSaidOfKin = requires.some(({ kind }) => kind === "foreign_key");
    const excluded = operation.kind === "add_exclude" ? scans.map(({ relation }) => relation) : [];
    return [...(isSaidOfKin ? [] : unsaid), ...excluded].map(
      (relation) => `the rows of ${relation} satisfy ${nameOf(operation)}`,
    );
  });
  return [...new Set(told)];
}

const proved = { check: "checks", not_null: "NOT NULL", foreign_key: "foreign keys" } as const;

/**
 * Constraints that are proved again for rows of a changed type. That the old values can be read as the new type is a
 * requirement, and is counted; what the constraints make of the new values is another question.
 */
export function recheckedConstraints(operations: readonly Operation[]): readonly string[] {
  const told = operations.flatMap((operation) => {
    if (operation.kind !== "alter_column_type") return [];
    return operation.effect.scans.flatMap(({ relation, why }) => {
      if (why !== "check" && why !== "not_null" && why !== "foreign_key") return [];
      return isSaid(operation.effect.requires, why, relation)
        ? []
        : [`the ${proved[why]} of ${relation} hold behind ${nameOf(operation)} too`];
    });
  });
  return [...new Set(told)];
}

function isSaid(
  requires: readonly DataRequirement[],
  kind: DataRequirement["kind"] | "none",
  relation: string,
): boolean {
  return requires.some((one) => one.kind === kind && relationsOfRequirement(one).includes(relation));
}
