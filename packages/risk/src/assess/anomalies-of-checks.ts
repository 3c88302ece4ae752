import type { Anomaly } from "@confiture/model";
import { type DataCheck, describeRequirement } from "../checks/data-check.js";

/** Rows that stand against the plan make its statement fail: nothing is more severe before it has begun. */
export function anomaliesOfChecks(checks: readonly DataCheck[]): readonly Anomaly[] {
  return checks.flatMap((check): readonly Anomaly[] => {
    if (check.kind !== "violated") return [];
    const { requirement, rows, exact, query } = check;
    const planned = describeRequirement(requirement);
    return [
      {
        name: requirement.kind === "unique" ? "duplicate_values" : "violating_rows",
        severity: "critical",
        object: requirement.relation,
        evidence: { planned, rows, exact },
        query,
      },
    ];
  });
}
