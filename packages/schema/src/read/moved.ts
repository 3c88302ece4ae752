import { ConfitureError } from "@confiture/model";

/** The caller's snapshot is older than the schema. Never leaves this package. */
export class Outdated extends Error {
  constructor() {
    super("DDL was committed behind the transaction's snapshot");
  }
}

/** An object whose row is there and whose definition is not: it went away, or the catalog is damaged. */
export function unreadable(kind: string, name: string, field: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_STATEMENT_FAILED",
    `${kind}: ${name} is there, but its ${field} cannot be read.`,
    {
      hint: "Look at the object with psql. When its catalog rows are damaged, only dropping it helps.",
      facts: { kind, name, field },
    },
  );
}

/**
 * True for what a read can meet when an object goes away between a snapshot and a look at it: a definition that is
 * missing, an internal error of the server (`cache lookup failed`), or "does not exist" for what our own query named.
 */
export function couldBeMoved(error: unknown): error is Error {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return false;
  return error.code === "CONFITURE_STATEMENT_FAILED" || error.code === "XX000" || /^42[0-9A-Z]{3}$/.test(error.code);
}
