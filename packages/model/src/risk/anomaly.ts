import type { RiskLevel } from "./risk-levels.js";

/** Something that is not as it should be, before anything was changed. */
export interface Anomaly {
  readonly name: AnomalyName;
  readonly severity: RiskLevel;
  /** The relation, constraint, index or sequence, qualified and quoted where needed. */
  readonly object: string;
  /** Counts, sizes, shares and names that show it. Never row values. */
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  /** The query that found it, to be run again. */
  readonly query: string;
}

export type AnomalyName =
  | "orphaned_rows"
  | "violating_rows"
  | "duplicate_values"
  | "sequence_behind"
  | "sequence_gaps"
  | "sequence_exhaustion"
  | "invalid_index"
  | "not_valid_constraint"
  | "disabled_trigger"
  | "bloat"
  | "stale_statistics"
  | "transaction_id_age";
