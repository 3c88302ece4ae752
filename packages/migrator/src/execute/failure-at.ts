import { basename } from "node:path";
import type { PlannedStep, SourceLocation } from "@confiture/model";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { StepFailure } from "./migration-outcome.js";
import { isServerError, type ServerError, sqlState, statementFailed } from "./statement-error.js";

/** Which statement is being sent, and how many characters of ours stand in front of it in the message. */
export interface Cursor {
  step: PlannedStep | undefined;
  prefixLength: number;
}

/** Any error of a statement, as the failure that ends the run. `undone` says what became of what it was part of. */
export function failureAt(error: unknown, cursor: Cursor, file: string, undone: string): StepFailure {
  if (error instanceof StepFailure) return error;
  const step = cursor.step?.index ?? null;
  if (isConfitureError(error)) return new StepFailure(step, error);
  if (isServerError(error)) return new StepFailure(step, serverFailure(error, cursor, file, undone));
  const message = error instanceof Error ? error.message : String(error);
  if (isConnectionLoss(error)) {
    return new StepFailure(
      step,
      new ConfitureError("CONFITURE_CONNECTION_LOST", `The connection broke: ${message}.`, {
        ...(cursor.step === undefined ? {} : { at: cursor.step.at }),
        hint: "Run the command again: what was committed is recorded, and what is in doubt is settled first.",
        cause: error,
      }),
    );
  }
  // Thrown by a program, not refused by the server.
  return new StepFailure(
    step,
    new ConfitureError("CONFITURE_MIGRATION_INVALID", message, {
      at: cursor.step?.at ?? placeInStack(error, file) ?? { file, line: 1, column: 1 },
      hint: undone,
      cause: error,
    }),
  );
}

/** Where in a program an error comes from: the first frame of its stack that is in the file. */
function placeInStack(error: unknown, file: string): SourceLocation | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const line of stack.split("\n").slice(1)) {
    const frame = /\(?([^()\s]+):(\d+):(\d+)\)?$/.exec(line.trim());
    if (frame !== null && basename(frame[1] ?? "") === basename(file))
      return { file, line: Number(frame[2]), column: Number(frame[3]) };
  }
  return undefined;
}

function serverFailure(error: ServerError, cursor: Cursor, file: string, undone: string): ConfitureError {
  const at = cursor.step?.at ?? placeInStack(error, file) ?? { file, line: 1, column: 1 };
  const advice = adviceFor(error);
  return statementFailed(
    error,
    { sql: cursor.step?.sql ?? "", at, indent: cursor.step?.indent ?? 0, prefixLength: cursor.prefixLength },
    advice === undefined ? undone : `${advice} ${undone}`,
  );
}

function adviceFor(error: ServerError): string | undefined {
  if (error.code === sqlState.invalidTransactionTermination) {
    return "A procedure that commits cannot be called inside a transaction: call it from a TypeScript migration with `transaction: false`.";
  }
  if (error.code === sqlState.unsafeNewEnumValue)
    return "The new enum value is used in a way the text does not show: put COMMIT; behind ALTER TYPE … ADD VALUE.";
  if (error.code === sqlState.activeTransaction)
    return "This statement must run alone: put COMMIT; before and BEGIN; behind it, or move it to a migration of its own.";
  return undefined;
}

/** Drivers report a broken connection in several ways; all of them lack a SQLSTATE, or have one of class 08 or 57P0x. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return (
    /^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNREFUSED|08...|57P0[123])$/.test(code) ||
    /connection (terminated|ended|closed)|not queryable/i.test(error.message)
  );
}
