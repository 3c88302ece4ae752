import type { Operation, Scan } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import { hasFixedWidth } from "./key-class.js";

/** Relations the operation reads in full for this reason. */
export function scanned(operation: Operation, why: Scan["why"]): readonly string[] {
  return operation.effect.scans.filter((scan) => scan.why === why).map(({ relation }) => relation);
}

export interface LookedAt {
  /** How many columns of a row must be gone through to reach the last one that is looked at. */
  readonly fields: number;
  /** Bytes of values of varying length in each row that the expression is about. */
  readonly bytes: number;
}

/** What a validation looks at in each row. Where nobody says which columns, half of them. */
export function lookedAt(relation: RelationFacts, operation: Operation): LookedAt {
  const columns = relation.columnFacts ?? [];
  const wanted = operation.effect.requires.flatMap((required) => {
    if (required.kind === "not_null") return [required.column];
    return required.kind === "check" ? (required.expression.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []) : [];
  });
  const position = 1 + columns.findLastIndex(({ column }) => wanted.includes(column));
  const varying = columns.filter(({ column, type }) => wanted.includes(column) && !hasFixedWidth(type));
  return {
    fields: position > 0 ? position : Math.ceil(relation.columns / 2),
    bytes: varying.reduce((sum, { averageWidth }) => sum + averageWidth, 0),
  };
}
