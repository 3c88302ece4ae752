import type { DeployOrder, RiskAssessment, WaitPrediction } from "@confiture/model";
import type { AnalyzedStatement, ShadowTrace } from "../analyze/analysis.js";
import { interval } from "./describe-statement.js";
import { formatDuration } from "./durations.js";
import { lockName } from "./lock-words.js";

/** How long others would wait, and how sure that is. */
export function describeDowntime({ downtime, factors, notInspected, whoWaits }: RiskAssessment): string {
  const who = whoWaits === "same_rows" ? ", for who changes the same rows" : "";
  const unknown = factors.some(({ name, measured }) => name === "lock_time" && measured === null);
  if (unknown) {
    const size = downtime.caveats.find((caveat) => caveat.startsWith("the size of"));
    const why = size ?? downtime.unpriced?.[0] ?? notInspected[0] ?? "something was not understood";
    return `not known${who}: ${why}`;
  }
  if (whoWaits === "nobody") return "none: nobody waits for a lock that is held";
  const sure = `${downtime.method}, confidence ${Math.round(downtime.confidence * 100)} %`;
  return `${interval(downtime)}${who}; ${sure}`;
}

/** What a verdict by the point of an interval leaves out; empty where the upper end is of the same level. */
export function describeUpperEnd({ level, levelAtUpperEnd, downtime }: RiskAssessment): string {
  if (level === levelAtUpperEnd) return "";
  return `, but it may take ${formatDuration(downtime.upperMs)}, which would be ${levelAtUpperEnd}`;
}

/**
 * Sides that are critical where the level is not: the published score is of time and size alone, and a table that is
 * small is lost in a moment.
 */
export function criticalSides({ level, categories }: RiskAssessment): string {
  if (level === "critical") return "";
  const critical = categories.filter((side) => side.level === "critical").map(({ name }) => name.replaceAll("_", " "));
  return critical.length === 0 ? "" : `${critical.join(" and ")} ${critical.length === 1 ? "is" : "are"} critical`;
}

const orders: Readonly<Record<DeployOrder["first"], string>> = {
  migration: "the migration first, then the application",
  application: "the application first, then the migration",
  either: "in either order",
  split: "two migrations, with the application in between",
  neither: "neither order works: running code needs the old name, new code the new one",
  unknown: "not known: something was not understood",
};

export function describeOrder({ deployOrder }: RiskAssessment): string {
  return orders[deployOrder.first];
}

/** Empty where the project names no maintenance windows. */
export function describeWindow({ window }: RiskAssessment): string {
  if (window === null) return "";
  if (window.open) return `a maintenance window is open until ${toTheMinute(window.closesAt)}`;
  if (window.nextOpensAt === null) return "no maintenance window is open, and none will be within five years";
  return `no maintenance window is open; the next opens at ${toTheMinute(window.nextOpensAt)}`;
}

function toTheMinute(iso: string | null): string {
  return `${iso?.slice(0, 16).replace("T", " ")} UTC`;
}

/** How many statements a shadow database confirmed; those it did not say so themselves. */
export function describeTrace({ base }: ShadowTrace, statements: readonly AnalyzedStatement[]): string {
  const confirmed = statements.filter(({ observed }) => observed?.kind === "confirmed").length;
  const run = statements.filter(({ observed }) => observed !== null && observed.kind !== "not-run").length;
  return `On a shadow made from ${base}: ${run} run, ${confirmed} of them as predicted`;
}

/** Waits that an operator wants to know of: somebody is in the way, or nobody can tell. */
export function waitsToTell({ waits }: RiskAssessment): readonly WaitPrediction[] {
  return waits.filter(({ holders, typicalMs }) => holders.length > 0 || typicalMs === null);
}

/** One lock and who is in its way. */
export function describeWait({ relation, mode, kind, holders, typicalMs, queues }: WaitPrediction): string {
  const [first] = holders;
  const what = kind === "lock" ? `${lockName(mode)} on ${relation}` : `transactions that use ${relation}`;
  if (first === undefined)
    return `${what}: ${typicalMs === null ? "who is in the way this role may not see" : "nobody is in the way now"}`;
  const wait = typicalMs === null ? "nobody may see for how long" : `about ${formatDuration(typicalMs)}`;
  const who =
    first.pid === 0
      ? "a prepared transaction"
      : `pid ${first.pid} (${first.applicationName || "unnamed"}, ${first.state})`;
  const more = holders.length > 1 ? ` and ${holders.length - 1} more` : "";
  const behind = queues.length === 0 ? "" : `; ${queues.join(", ")} queue behind`;
  return `${what}: ${wait}, for ${who}${more}${behind}`;
}

/** The sides of the plan that are not harmless, with their levels. */
export function describeCategories({ categories }: RiskAssessment): string {
  return categories
    .filter(({ level }) => level !== "low")
    .map(({ name, level }) => `${name.replaceAll("_", " ")} ${level}`)
    .join(", ");
}
