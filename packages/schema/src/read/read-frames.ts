import type { Catalog, Session } from "@confiture/model";
import { Moved } from "./moved.js";

/** Runs a read between two fingerprints and leaves the session as it was. */
export type ReadFrame = (
  session: Session,
  fingerprint: () => Promise<string>,
  read: () => Promise<Catalog>,
) => Promise<Catalog>;

/**
 * Everything that changes how PostgreSQL spells a definition, set for the length of the read. With an empty search path
 * all names come out qualified; constants in defaults and partition bounds are printed by output functions that heed
 * the date and number settings; JIT costs more than these queries take.
 */
const settings = [
  ["search_path", ""],
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

/**
 * One REPEATABLE READ snapshot of our own. The fingerprints are taken outside it, each with a snapshot of its own:
 * inside, they could never differ.
 */
export const ownTransaction: ReadFrame = async (session, fingerprint, read) => {
  const before = await readCommitted(session, fingerprint);
  const catalog = await withinTransaction(session, "repeatable read", read);
  if ((await readCommitted(session, fingerprint)) !== before) throw new Moved("DDL was committed during the read");
  return catalog;
};

/** In a transaction too, for the session's default isolation level and search path are not ours to know. */
function readCommitted(session: Session, fingerprint: () => Promise<string>): Promise<string> {
  return withinTransaction(session, "read committed", fingerprint);
}

async function withinTransaction<Answer>(
  session: Session,
  isolation: "read committed" | "repeatable read",
  work: () => Promise<Answer>,
): Promise<Answer> {
  await session.query(`begin isolation level ${isolation} read only`);
  try {
    await session.query(applySettings);
    const answer = await work();
    await session.query("commit");
    return answer;
  } catch (error) {
    await rollBack(session, "rollback", error);
    throw error;
  }
}

/**
 * In the caller's transaction, behind a savepoint. Rolling back to it undoes the settings and nothing else, because
 * a read changes nothing else. Under READ COMMITTED each query has a snapshot of its own, which equal fingerprints
 * before and after make into one.
 */
export const insideCallersTransaction: ReadFrame = async (session, fingerprint, read) => {
  const { before, catalog, after } = await behindSavepoint(session, async () => ({
    before: await fingerprint(),
    catalog: await read(),
    after: await fingerprint(),
  }));
  if (after !== before) throw new Moved("DDL was committed during the read");
  return catalog;
};

async function behindSavepoint<Answer>(session: Session, work: () => Promise<Answer>): Promise<Answer> {
  const undo = "rollback to savepoint confiture_read_catalog; release savepoint confiture_read_catalog";
  await session.query("savepoint confiture_read_catalog");
  try {
    await session.query(applySettings);
    const answer = await work();
    await session.query(undo);
    return answer;
  } catch (error) {
    await rollBack(session, undo, error);
    throw error;
  }
}

/** The first error is the one to tell; one in cleaning up (the connection is gone, say) goes along as a note. */
async function rollBack(session: Session, undo: string, error: unknown): Promise<void> {
  try {
    await session.query(undo);
  } catch (second) {
    if (error instanceof Error) error.message += ` (and cleaning up failed: ${String(second)})`;
  }
}
