import { type Catalog, ConfitureError, type Session } from "@confiture/model";
import { readCatalog } from "@confiture/schema";

/** What a server tells of itself before anything is analysed. */
export interface ServerView {
  readonly catalog: Catalog;
  /** Schemas in which names without one are looked for, as SQL spells them. */
  readonly searchPath: readonly string[];
  readonly timeZone: string;
}

/** Who keeps us from looking keeps us from it for this long. Reading takes ACCESS SHARE, for views alone. */
const lockTimeoutMs = 1_000;
const statementTimeoutMs = 30_000;

/**
 * Reads the catalog in one read-only transaction under short timeouts. They are set for that transaction alone, so that
 * nothing of them is left to whoever a pooler hands the connection to.
 *
 * @throws CONFITURE_LOCK_TIMEOUT when a lock keeps readers of a view out, CONFITURE_STATEMENT_FAILED, and what
 * `readCatalog` throws
 */
export async function readServerView(session: Session, ownSchema: string): Promise<ServerView> {
  await session.query("begin read only");
  try {
    await session.query(
      `set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = ${statementTimeoutMs}`,
    );
    const { rows } = await session.query<Pick<ServerView, "searchPath" | "timeZone">>(
      `select array(select quote_ident(name) from unnest(current_schemas(false)) as name)::text[] as "searchPath",
        current_setting('TimeZone') as "timeZone"`,
    );
    return { ...rows[0]!, catalog: await readCatalog(session, { exclude: [ownSchema], insideTransaction: true }) };
  } catch (error) {
    throw refusedRead(error);
  } finally {
    await session.query("rollback").catch(() => undefined);
  }
}

function refusedRead(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "55P03")
    return new ConfitureError("CONFITURE_LOCK_TIMEOUT", "Somebody holds a lock that keeps readers of the schema out.", {
      hint: "Try again when that has ended; nothing of ours waits behind it.",
      cause: error,
    });
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return error;
  return new ConfitureError("CONFITURE_STATEMENT_FAILED", `The schema cannot be read: SQLSTATE ${code}.`, {
    hint: code === "57014" ? "It took longer than 30 seconds. Try again when the server has less to do." : "",
    cause: error,
  });
}
