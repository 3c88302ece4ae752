import type { MigrationFailure } from "../execute/migration-outcome.js";
import { isServerError } from "../execute/statement-error.js";
import type { Violation } from "./rehearsal-report.js";

/** Integrity constraint violations (class 23) as facts, without the values that violate; empty for every other error. */
export function violationsOf(
  error: unknown,
  version: string,
  failed: Pick<MigrationFailure, "step" | "error">,
): readonly Violation[] {
  if (!isServerError(error) || !error.code.startsWith("23")) return [];
  return [
    {
      version,
      step: failed.step,
      table: error.table === undefined ? null : `${error.schema ?? "public"}.${error.table}`,
      constraint: error.constraint ?? null,
      sqlState: error.code,
      message: failed.error.message,
    },
  ];
}
