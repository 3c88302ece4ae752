import type { Catalog, Session } from "@confiture/model";
import { couldBeMoved, Moved } from "./moved.js";

/** What a read consists of: how to see whether the catalog moved, and the queries themselves. */
export interface Reading {
  /** A text that is another one after every DDL that was committed meanwhile. */
  fingerprint(): Promise<string>;
  read(): Promise<Catalog>;
}

/** Runs a read between two fingerprints and leaves the session as it was, also when the read fails. */
export type ReadFrame = (session: Session, reading: Reading) => Promise<Catalog>;

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

/**
 * One REPEATABLE READ snapshot of our own. The fingerprints are taken outside it, each with a snapshot of its own:
 * inside, they could never differ.
 */
export const ownTransaction: ReadFrame = (session, { fingerprint, read }) =>
  betweenFingerprints(
    () => withinTransaction(session, "read committed", fingerprint),
    () => withinTransaction(session, "repeatable read", read),
  );

/**
 * In the caller's transaction, each part behind a savepoint. Rolling back to it undoes the settings and nothing else,
 * because a read changes nothing else. Under READ COMMITTED each query has a snapshot of its own, which equal
 * fingerprints before and after make into one; above it, the fingerprint itself refuses a snapshot that is outdated.
 */
export const insideCallersTransaction: ReadFrame = (session, { fingerprint, read }) =>
  betweenFingerprints(
    () => behindSavepoint(session, fingerprint),
    () => behindSavepoint(session, read),
  );

/** A failure counts as a move only if something did move; what fails in a catalog at rest is told as it is. */
async function betweenFingerprints(fingerprint: () => Promise<string>, read: () => Promise<Catalog>): Promise<Catalog> {
  const before = await fingerprint();
  let catalog: Catalog;
  try {
    catalog = await read();
  } catch (error) {
    if (couldBeMoved(error) && (await fingerprint()) !== before) throw new Moved("an object went away", error);
    throw error;
  }
  if ((await fingerprint()) !== before) throw new Moved("DDL was committed during the read");
  return catalog;
}

/** In a transaction too for a single query: the session's default isolation level and search path are not ours to know. */
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
