import type { Session } from "@confiture/model";

/** In whose transaction a read runs. Whatever the work does or throws, the session is left as it was. */
export interface ReadFrame {
  /** For the one statement that reads everything. */
  read<Answer>(work: () => Promise<Answer>): Promise<Answer>;
  /** For a look at how things are now, behind the read. */
  look<Answer>(work: () => Promise<Answer>): Promise<Answer>;
}

/**
 * Everything that changes how PostgreSQL spells a definition, set for the length of the read. With nothing but
 * `pg_catalog` in the search path all names come out qualified, and with `pg_temp` behind it no temporary table can
 * stand before one of the server's. Constants in defaults and partition bounds are printed by output functions that heed
 * the date and number settings; JIT costs more than these queries take.
 */
const settings = [
  ["search_path", "pg_catalog, pg_temp"],
  ["standard_conforming_strings", "on"],
  ["quote_all_identifiers", "off"],
  ["datestyle", "ISO, YMD"],
  ["intervalstyle", "postgres"],
  ["timezone", "UTC"],
  ["extra_float_digits", "1"],
  ["bytea_output", "hex"],
  ["lc_monetary", "C"],
  ["xmloption", "content"],
  ["jit", "off"],
] as const;

const applySettings = `select ${settings
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  .join(", ")}`;

/** Transactions of our own, each with its own snapshot: within one, nothing could ever be seen to have changed. */
export function ownTransactions(session: Session): ReadFrame {
  return {
    read: (work) => withinTransaction(session, "repeatable read", work),
    look: (work) => withinTransaction(session, "read committed", work),
  };
}

/**
 * In the caller's transaction, behind a savepoint. Rolling back to it undoes the settings and nothing else, because a
 * read changes nothing else.
 */
export function insideCallersTransaction(session: Session): ReadFrame {
  return {
    read: (work) => behindSavepoint(session, work),
    look: (work) => behindSavepoint(session, work),
  };
}

/** A transaction for a single query too: the session's default isolation level and search path are not ours to know. */
async function withinTransaction<Answer>(
  session: Session,
  isolation: "read committed" | "repeatable read",
  work: () => Promise<Answer>,
): Promise<Answer> {
  await session.query(`begin isolation level ${isolation} read only`);
  return undoneOnFailure(session, "rollback", async () => {
    await session.query(applySettings);
    const answer = await work();
    await session.query("commit");
    return answer;
  });
}

/** The caller's transaction goes on as if nothing had been asked, whatever happens in between. */
export async function behindSavepoint<Answer>(session: Session, work: () => Promise<Answer>): Promise<Answer> {
  const undo = "rollback to savepoint confiture_read_catalog; release savepoint confiture_read_catalog";
  await session.query("savepoint confiture_read_catalog");
  return undoneOnFailure(session, undo, async () => {
    await session.query(applySettings);
    const answer = await work();
    await session.query(undo);
    return answer;
  });
}

/** The first error is the one to tell; one in cleaning up (the connection is gone, say) goes along as a note. */
async function undoneOnFailure<Answer>(session: Session, undo: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    try {
      await session.query(undo);
    } catch (second) {
      if (error instanceof Error) error.message += ` (and cleaning up failed: ${String(second)})`;
    }
    throw error;
  }
}
