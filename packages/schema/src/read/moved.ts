/** The catalog changed under a read; the read is done again. Never leaves this package. */
export class Moved extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/**
 * True for `Moved` and for what PostgreSQL says when an object goes away between a snapshot and a look at it:
 * an internal error, or "does not exist" for something only our own query can have named.
 */
export function isMoved(error: unknown): boolean {
  if (error instanceof Moved) return true;
  if (!(error instanceof Error)) return false;
  const code = (error as Error & { readonly code?: unknown }).code;
  if (code === "XX000") return /cache lookup failed|could not (open|find)|does not exist/.test(error.message);
  return (code === "42P01" || code === "42703" || code === "42704") && /with OID|of relation/.test(error.message);
}
