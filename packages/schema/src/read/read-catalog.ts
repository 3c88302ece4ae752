import type { Catalog, CatalogKinds, CatalogObject, Session, UnsupportedObject } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { allQueries } from "./all-queries.js";
import type { CatalogQuery, ReadScope } from "./catalog-query.js";
import { fingerprintQuery, outdatedQuery } from "./fingerprint.js";
import { Moved, unreadable } from "./moved.js";
import { behindSavepoint, insideCallersTransaction, ownTransaction } from "./read-frames.js";
import { readScope } from "./read-scope.js";
import { readServer } from "./read-server.js";
import { unsupportedQuery } from "./unsupported.js";

/** What to read, and in whose transaction. */
export interface ReadCatalogOptions {
  /**
   * Schemas to leave out with everything in them, as they are spelled in `pg_namespace`. What lives in no schema (casts,
   * event triggers, publications, …) stays, also where it names something in them.
   */
  readonly exclude?: readonly string[];
  /**
   * A transaction of the caller's is open: it is neither begun nor ended, and everything it has done so far is seen.
   * Works in any isolation level. Above READ COMMITTED its snapshot must still be the newest as far as DDL goes, for
   * PostgreSQL prints definitions as they are now: when somebody changed the schema since, or gave a table a new file
   * (TRUNCATE, CLUSTER), the read is refused with CONFITURE_CATALOG_MOVED. Default: false.
   */
  readonly insideTransaction?: boolean;
}

const attempts = 3;

/**
 * Reads everything a database holds as schema from its system catalogs, in one snapshot, as plain data. PostgreSQL 13
 * to 18; any role will do. What belongs to the server (roles, tablespaces, the database itself) is not part of it.
 *
 * The session is left as it was found, also on failure. Functions like `pg_get_viewdef` look past the snapshot, so DDL
 * that others commit meanwhile is detected and the read is done again, three times at most. Queries run one after
 * another, so that the first to fail is the only one.
 *
 * What came with an extension is left out; the extension is there. What is there and has no entries (large objects,
 * settings of the database, …) is listed in `unsupported`: look there before you trust a comparison. Secrets (connection
 * strings, passwords in options) are never read.
 *
 * Waits for locks as long as the session's `lock_timeout` allows: it needs ACCESS SHARE on what views and rules look at.
 *
 * @throws CONFITURE_CATALOG_MOVED when DDL kept coming, CONFITURE_SERVER_VERSION outside 13–18,
 * CONFITURE_STATEMENT_FAILED for an object whose definition the server does not print, a TypeError when a transaction
 * is open and `insideTransaction` does not say so; errors of a query are the driver's own.
 */
export async function readCatalog(session: Session, options: ReadCatalogOptions = {}): Promise<Catalog> {
  const inside = options.insideTransaction === true;
  const server = await (inside ? behindSavepoint(session, () => readServer(session)) : readServer(session));
  if (server.transactionOpen && !inside) await refuseOpenTransaction(session);
  const scope = readScope(server, options.exclude ?? []);
  const frame = inside ? insideCallersTransaction : ownTransaction;
  const reading = {
    fingerprint: () => readFingerprint(session, scope),
    read: () => readEverything(session, scope, server.number),
  };
  let moved: Moved | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      return await frame(session, reading);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      moved = error;
    }
  }
  throw new ConfitureError("CONFITURE_CATALOG_MOVED", `The catalog changed during each of ${attempts} reads.`, {
    hint: "Somebody runs DDL at the same time. Try again when it has ended.",
    cause: moved,
    facts: { attempts, last: moved?.message },
  });
}

/** Our own BEGIN and COMMIT would end the caller's transaction. The clock gave the hint, a savepoint gives the proof. */
async function refuseOpenTransaction(session: Session): Promise<void> {
  const noTransaction = "25P01";
  try {
    await session.query("savepoint confiture_read_catalog");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === noTransaction) return;
    throw error;
  }
  await session.query("release savepoint confiture_read_catalog");
  throw new TypeError("A transaction is open on this session: say so with insideTransaction: true.");
}

async function readEverything(session: Session, scope: ReadScope, serverVersion: number): Promise<Catalog> {
  const kinds: Record<string, readonly CatalogObject[]> = {};
  for (const query of Object.values(allQueries) as readonly CatalogQuery[]) {
    kinds[query.kind] = await readKind(session, query, scope);
  }
  const unsupported = byName(await readObjects<UnsupportedObject>(session, unsupportedQuery(scope)));
  return { serverVersion, ...(kinds as unknown as KindLists), unsupported };
}

type KindLists = { readonly [Kind in keyof CatalogKinds]: readonly CatalogKinds[Kind][] };

async function readKind(session: Session, query: CatalogQuery, scope: ReadScope): Promise<readonly CatalogObject[]> {
  const objects = await readObjects<CatalogObject & Readonly<Record<string, unknown>>>(session, query.sql(scope));
  for (const object of objects) {
    const missing = query.alwaysThere?.find((field) => object[field] === undefined);
    if (missing !== undefined) throw unreadable(query.kind, object.name ?? "an object without a name", missing);
  }
  return byName(objects);
}

/** Rows come as JSON text, so that no driver's parsers for arrays, bigints or dates can change what is read. */
async function readObjects<Entry>(session: Session, sql: string): Promise<Entry[]> {
  const { rows } = await session.query<{ object: string }>(
    `select pg_catalog.json_strip_nulls(pg_catalog.row_to_json(entry))::text as object from (${sql}) entry`,
  );
  return rows.map(({ object }) => JSON.parse(object) as Entry);
}

/** @throws Moved above READ COMMITTED, where the snapshot is the caller's and can be older than the schema. */
async function readFingerprint(session: Session, scope: ReadScope): Promise<string> {
  const { rows } = await session.query<{ fingerprint: string; oneSnapshot: boolean }>(fingerprintQuery(scope));
  if (rows[0]?.oneSnapshot === true) {
    const answer = await session.query<{ outdated: boolean }>(outdatedQuery(scope));
    if (answer.rows[0]?.outdated === true) throw new Moved("DDL was committed behind the transaction's snapshot");
  }
  return rows[0]?.fingerprint ?? "";
}

/** By code units, not by anybody's collation; columns by their place in the table, namesakes by their kind. */
function byName<Entry extends CatalogObject>(entries: Entry[]): Entry[] {
  const keyOf = (entry: Entry & { readonly table?: string; readonly position?: number; readonly kind?: string }) =>
    entry.position === undefined ? `${entry.name}\0${entry.kind ?? ""}` : (entry.table ?? "");
  return entries.sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : positionOf(a) - positionOf(b);
  });
}

function positionOf(entry: CatalogObject & { readonly position?: number }): number {
  return entry.position ?? 0;
}
