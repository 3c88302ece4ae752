import { ConfitureError } from "@confiture/model";

/**
 * Kysely is a peer that only TypeScript migrations need.
 *
 * @throws CONFITURE_MIGRATION_INVALID when it is not installed
 */
export async function loadSessionDialect(): Promise<typeof import("./session-dialect.js")> {
  try {
    return await import("./session-dialect.js");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new ConfitureError(
      "CONFITURE_MIGRATION_INVALID",
      "A TypeScript migration needs Kysely, which is not installed.",
      {
        hint: "Install it beside Confiture: `npm install kysely`.",
        cause,
      },
    );
  }
}
