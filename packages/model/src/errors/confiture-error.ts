import type { SourceLocation } from "../text/source-location.js";
import type { ErrorCode } from "./error-codes.js";

export interface ConfitureErrorDetails {
  /** Where in a text somebody wrote. */
  readonly at?: SourceLocation;
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The facts as data, JSON-able, for programs. Never a password or a row value. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A broken promise: a stable code to match on, prose that may change, and what to do next. */
export class ConfitureError extends Error {
  override readonly name = "ConfitureError";
  readonly code: ErrorCode;
  readonly at: SourceLocation | undefined;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ConfitureErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.at = details.at;
    this.hint = details.hint;
    this.facts = details.facts ?? {};
  }

  /** For logs and reports: an Error's own message would be lost. The cause may hold row values and is left out. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, at, hint, facts } = this;
    return { name, code, message, at, hint, facts };
  }
}

/** True for our own errors, also across two copies of this package in one process. */
export function isConfitureError(error: unknown): error is ConfitureError {
  return error instanceof Error && error.name === "ConfitureError" && "code" in error;
}
