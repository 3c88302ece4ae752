import type { Operation, Scan } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import { hasFixedWidth } from "./key-class.js";

/** Relations the operation reads in full for this reason. */
export function scanned(operation: Operation, why: Scan["why"]): readonly string[] {
  return operation.effect.scans.filter((scan) => scan.why === why).map(({ relation }) => relation);
}

export interface LookedAt {
  /**
   * Columns of a row that must be gone through one by one to reach the last one that is looked at. Those in front of the
   * first of varying length stand at the same place in each row and cost next to nothing.
   */
  readonly fields: number;
  /** Bytes of values of varying length in each row that the expression is about. */
  readonly bytes: number;
}

/** What a validation looks at in each row. */
export function lookedAt(relation: RelationFacts, operation: Operation): LookedAt {
  const names = operation.effect.requires.flatMap((required) => {
    if (required.kind === "not_null") return [required.column];
    return required.kind === "check" ? (required.expression.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []) : [];
  });
  return lookingAt(relation, names);
}

/** Where none of the names is a column, half of the columns. */
export function lookingAt(relation: RelationFacts, names: readonly string[]): LookedAt {
  const columns = relation.columnFacts ?? [];
  const position = 1 + columns.findLastIndex(({ column }) => names.includes(column));
  if (position === 0) return { fields: Math.ceil(relation.columns / 2), bytes: 0 };
  const firstVarying = columns.findIndex(({ type }) => !hasFixedWidth(type));
  const varying = columns.filter(({ column, type }) => names.includes(column) && !hasFixedWidth(type));
  return {
    fields: firstVarying < 0 ? 0 : Math.max(0, position - firstVarying),
    bytes: varying.reduce((sum, { averageWidth }) => sum + averageWidth, 0),
  };
}
