import type { Anomaly } from "@confiture/model";
import { reachesLevel } from "@confiture/risk";
import type { Analysis } from "./analysis.js";

/** Why an analysis does not pass, as parts of a sentence; empty when it does. */
export function whyNotPassed({ risk, limit, statements }: Analysis): readonly string[] {
  const unknown = statements.filter(({ effect }) => effect.certainty === "unknown").length;
  const refused = statements.filter(({ observed }) => observed?.kind === "refused").length;
  const under = statements.filter(({ observed }) => observed?.kind === "mismatch" && observed.under.length > 0).length;
  return [
    ...(unknown > 0 ? [`${count(unknown)} not understood`] : []),
    ...(refused > 0 ? [`${count(refused)} refused on the shadow database`] : []),
    ...new Set(
      statements.flatMap(({ effect }) => (effect.refused === undefined ? [] : `will be refused: ${effect.refused}`)),
    ),
    ...(under > 0 ? [`${under === 1 ? "1 statement" : `${under} statements`} did more than was foreseen`] : []),
    ...risk.anomalies.flatMap(standsInTheWay),
    // Of nothing nothing can come, whatever the limit.
    ...(statements.length > 0 && reachesLevel(risk.level, limit)
      ? [`the risk is ${risk.level}, and the limit is ${limit}`]
      : []),
  ];
}

/** Rows that were counted and make a statement fail: as certain as what a shadow refuses. */
function standsInTheWay({ name, evidence: { rows, exact, planned } }: Anomaly): readonly string[] {
  if (name !== "violating_rows" && name !== "duplicate_values") return [];
  const how = exact === true ? "" : "at least ";
  return [`${how}${rows} ${rows === 1 ? "row stands" : "rows stand"} against the plan (${planned})`];
}

function count(statements: number): string {
  return statements === 1 ? "1 statement was" : `${statements} statements were`;
}
