import type { PlannedStep, QueryResult, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type { StepResult } from "./migration-outcome.js";

/** Sends one statement and says how long it took, in milliseconds of the clock given. */
export async function runStep(
  session: Session,
  step: PlannedStep,
  { now, prefix = "" }: { readonly now: () => number; readonly prefix?: string },
): Promise<StepResult> {
  const started = now();
  const { rowCount } = await sendStep(session, step, prefix);
  const { index, kind } = step;
  return { step: index, kind, statement: headline(step.sql), durationMs: now() - started, rows: rowCount };
}

/** As it stands in the file, with its COPY data where it has some. */
async function sendStep(session: Session, step: PlannedStep, prefix = ""): Promise<QueryResult<unknown>> {
  if (step.copyData === undefined) return session.query(prefix + step.sql);
  if (session.copyIn === undefined) throw copyUnsupported(step);
  if (prefix !== "") await session.query(prefix);
  return session.copyIn(step.sql, step.copyData);
}

export function copyUnsupported(step: PlannedStep): ConfitureError {
  return new ConfitureError(
    "CONFITURE_COPY_UNSUPPORTED",
    "This COPY brings its data along, and the connection given cannot send it.",
    {
      at: step.at,
      hint: "Use a connection of @confiture/postgres, or write INSERT statements.",
    },
  );
}

const literals = /\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|\be'(?:\\.|''|[^'\\])*(?:'|$)|'(?:''|[^'])*(?:'|$)/gi;

/** The first words of a statement, short enough for a log: what it is, and none of the values it names. */
export function headline(sql: string): string {
  const line = sql
    .replace(literals, "'…'")
    .replace(/\bvalues\s*\([\s\S]*$/i, "values (…)")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
