import { migrationEvents } from "@confiture/hooks/vocabulary";
import type { MigratorEvent, MigratorHookContext } from "../builtin-hook-type.js";

export type Severity = "error" | "warning" | "info" | "success";

/** What an event says, in words and as facts. Plans, schemas and values of rows are not in it. */
export interface Notification {
  readonly event: MigratorEvent;
  readonly executionId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly summary: string;
  readonly facts: Readonly<Record<string, string | number>>;
  /** The same for all events of one environment's migrations: what is open is closed by it. */
  readonly subject: string;
}

const failures: readonly MigratorEvent[] = ["on_error", "migration_failed"];
const successes: readonly MigratorEvent[] = ["on_success", "migration_completed", "after_execute", "migration_resumed"];
const warnings: readonly MigratorEvent[] = ["migration_paused", "migration_cancelled", "migration_rolled_back"];

/** Facts that are told, by the name they have in the data of events. */
const told = [
  "version",
  "name",
  "direction",
  "mode",
  "stepsCompleted",
  "totalSteps",
  "rowsAffected",
  "durationMs",
  "elapsedMs",
  "because",
  "reason",
  "measured",
  "threshold",
  "unit",
  "relation",
  "anomaly",
] as const;

export function notificationOf(context: MigratorHookContext): Notification {
  const { event, executionId, timestamp, metadata } = context;
  const data = context.data as Readonly<Record<string, unknown>>;
  const facts: Record<string, string | number> = {};
  if (metadata.environment !== undefined) facts.environment = metadata.environment;
  for (const key of told) {
    const value = data[key];
    if (typeof value === "string" || typeof value === "number") facts[key] = value;
  }
  for (const key of ["versions", "completed", "applied"] as const) {
    const value = data[key];
    if (Array.isArray(value)) facts[key] = value.join(", ");
  }
  const { code, message } = (data.error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string") facts.errorCode = code;
  if (typeof message === "string") facts.error = message;
  return {
    event,
    executionId,
    at: new Date(timestamp).toISOString(),
    severity: severityOf(event),
    summary: summaryOf(event, facts),
    facts,
    subject: `confiture/${metadata.environment ?? "migrations"}`,
  };
}

function severityOf(event: MigratorEvent): Severity {
  if (failures.includes(event)) return "error";
  if (successes.includes(event)) return "success";
  return warnings.includes(event) || migrationEvents[event].category === "alert" ? "warning" : "info";
}

function summaryOf(event: MigratorEvent, facts: Readonly<Record<string, string | number>>): string {
  const where = facts.environment === undefined ? "" : ` on ${facts.environment}`;
  const which =
    facts.version === undefined
      ? ""
      : ` of migration ${facts.version}${facts.name === undefined ? "" : `_${facts.name}`}`;
  const why = facts.error === undefined ? "" : `: ${facts.error}`;
  const measured =
    facts.measured === undefined ? "" : ` (${facts.measured} ${facts.unit ?? ""}, at most ${facts.threshold})`;
  return `${event.replaceAll("_", " ")}${which}${where}${measured}${why}`;
}

/** No longer than a service takes. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
