import type { Operation, Scan } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";

/** Relations the operation reads in full for this reason. */
export function scanned(operation: Operation, why: Scan["why"]): readonly string[] {
  return operation.effect.scans.filter((scan) => scan.why === why).map(({ relation }) => relation);
}

/**
 * How many columns of a row must be gone through to reach the last one a validation looks at. Where nobody says which
 * that is, half of them.
 */
export function lastColumnOf(relation: RelationFacts, operation: Operation): number {
  const columns = relation.columnFacts ?? [];
  const wanted = operation.effect.requires.flatMap((required) => {
    if (required.kind === "not_null") return [required.column];
    return required.kind === "check" ? (required.expression.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []) : [];
  });
  const position = 1 + columns.findLastIndex(({ column }) => wanted.includes(column));
  return position > 0 ? position : Math.ceil(relation.columns / 2);
}
