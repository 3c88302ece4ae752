import type { SourceLocation } from "@confiture/model";
import { ConfitureError } from "@confiture/model";

/** The fields of a server error that we read. `pg`'s DatabaseError has them, and so do other drivers' errors. */
export interface ServerError extends Error {
  readonly code: string;
  readonly position?: string;
  readonly hint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly dataType?: string;
}

/** A SQLSTATE is five characters; system errors such as ECONNRESET are not. */
export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code)
  );
}

export const sqlState = {
  lockNotAvailable: "55P03",
  deadlockDetected: "40P01",
  serializationFailure: "40001",
  queryCanceled: "57014",
  unsafeNewEnumValue: "55P04",
  invalidTransactionTermination: "2D000",
  activeTransaction: "25001",
  insufficientPrivilege: "42501",
} as const;

/** What failed: the text that was sent, where it begins, and how many characters of our own stand before it. */
export interface FailedStatement {
  readonly sql: string;
  readonly at: SourceLocation;
  readonly indent?: number;
  readonly prefixLength?: number;
}

/** PostgreSQL's refusal as ours: where in the file, what it said, what to do. Never the values of a row. */
export function statementFailed(error: ServerError, failed: FailedStatement, undone: string): ConfitureError {
  return new ConfitureError("CONFITURE_STATEMENT_FAILED", `${withoutValues(error)} (SQLSTATE ${error.code})`, {
    at: placeOf(error, failed),
    hint: [error.hint, undone].filter((part) => part !== undefined && part !== "").join(" "),
    cause: error,
    facts: {
      sqlState: error.code,
      ...namedParts(error),
    },
  });
}

function namedParts(error: ServerError): Record<string, string> {
  const parts = { schema: error.schema, table: error.table, column: error.column, constraint: error.constraint };
  return Object.fromEntries(Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Data exceptions quote the value that did not fit (`invalid input syntax for type integer: "…"`); the names of tables,
 * columns and constraints are told apart by the fields the server sends beside the message.
 */
export function withoutValues(error: ServerError): string {
  if (!error.code.startsWith("22") && !error.code.startsWith("23")) return error.message;
  const names = new Set([error.schema, error.table, error.column, error.constraint, error.dataType]);
  return error.message.replace(/"((?:[^"]|"")*)"/g, (quoted, inner: string) => (names.has(inner) ? quoted : '"…"'));
}

/** The server counts characters (code points) of the text it was sent, from 1. */
export function placeOf(error: ServerError, failed: FailedStatement): SourceLocation {
  const position = Number(error.position ?? Number.NaN) - (failed.prefixLength ?? 0);
  if (!Number.isInteger(position) || position < 1) return failed.at;
  const before = [...failed.sql].slice(0, position - 1).join("");
  const lines = before.split("\n");
  const last = lines.at(-1) ?? "";
  return lines.length === 1
    ? { ...failed.at, column: failed.at.column + last.length }
    : { ...failed.at, line: failed.at.line + lines.length - 1, column: last.length + 1 + (failed.indent ?? 0) };
}
