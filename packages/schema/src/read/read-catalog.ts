import type { Catalog, CatalogKinds, CatalogObject, Session, UnsupportedObject } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { allQueries } from "./all-queries.js";
import type { CatalogQuery, ReadScope } from "./catalog-query.js";
import { fingerprintQuery } from "./fingerprint.js";
import { isMoved, Moved } from "./moved.js";
import { insideCallersTransaction, ownTransaction, type ReadFrame } from "./read-frames.js";
import { readScope } from "./read-scope.js";
import { readServerVersion } from "./read-server-version.js";
import { unsupportedQuery } from "./unsupported.js";

export interface ReadCatalogOptions {
  /** Schemas to leave out, as they are spelled in `pg_namespace`. */
  readonly exclude?: readonly string[];
  /**
   * The caller's transaction is open: it is neither begun nor ended, and everything it has done so far is seen.
   * Works in any isolation level; above READ COMMITTED, DDL that others committed between the transaction's snapshot
   * and the read cannot be told from what the snapshot shows, unless an object is gone.
   */
  readonly insideTransaction?: boolean;
}

const attempts = 3;

/**
 * Reads everything a database holds as schema, in one snapshot, as plain data. PostgreSQL 13 to 18.
 *
 * The session is left as it was found. Functions like `pg_get_viewdef` look past the snapshot, so DDL that others
 * commit meanwhile is detected and the read is done again, three times at most.
 *
 * @throws CONFITURE_CATALOG_MOVED when DDL kept coming, CONFITURE_SERVER_VERSION outside 13–18
 */
export async function readCatalog(session: Session, options: ReadCatalogOptions = {}): Promise<Catalog> {
  const server = await readServerVersion(session);
  const scope = readScope(server.version, options.exclude ?? []);
  const frame = options.insideTransaction === true ? insideCallersTransaction : ownTransaction;
  let moved: Moved | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      return await readOnce(session, { frame, scope, serverVersion: server.number });
    } catch (error) {
      if (!isMoved(error)) throw error;
      moved = error instanceof Moved ? error : new Moved(String((error as Error).message), error);
    }
  }
  throw new ConfitureError("CONFITURE_CATALOG_MOVED", `The catalog changed during each of ${attempts} reads.`, {
    hint: "Somebody runs DDL at the same time. Try again when it has ended.",
    cause: moved,
    facts: { attempts, last: moved?.message },
  });
}

interface Reading {
  readonly frame: ReadFrame;
  readonly scope: ReadScope;
  readonly serverVersion: number;
}

async function readOnce(session: Session, { frame, scope, serverVersion }: Reading): Promise<Catalog> {
  const fingerprint = () => readFingerprint(session, scope);
  return frame(session, fingerprint, async () => {
    const kinds: Record<string, readonly CatalogObject[]> = {};
    for (const query of Object.values(allQueries) as readonly CatalogQuery[]) {
      kinds[query.kind] = await readKind(session, query, scope);
    }
    const unsupported = byName(await readObjects<UnsupportedObject>(session, unsupportedQuery(scope)));
    return { serverVersion, ...(kinds as unknown as KindLists), unsupported };
  });
}

type KindLists = { readonly [Kind in keyof CatalogKinds]: readonly CatalogKinds[Kind][] };

async function readKind(session: Session, query: CatalogQuery, scope: ReadScope): Promise<readonly CatalogObject[]> {
  const objects = await readObjects<CatalogObject & Readonly<Record<string, unknown>>>(session, query.sql(scope));
  for (const object of objects) {
    const missing = query.alwaysThere?.find((field) => object[field] === undefined);
    if (missing !== undefined) throw new Moved(`${query.kind} ${object.name}: its ${missing} is gone`);
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

async function readFingerprint(session: Session, scope: ReadScope): Promise<string> {
  const { rows } = await session.query<{ fingerprint: string }>(fingerprintQuery(scope));
  return rows[0]?.fingerprint ?? "";
}

/** By code units, not by anybody's collation; columns by their place in the table. */
function byName<Entry extends CatalogObject>(entries: Entry[]): Entry[] {
  const keyOf = (entry: Entry & { readonly table?: string; readonly position?: number }) =>
    entry.position === undefined ? entry.name : (entry.table ?? "");
  return entries.sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : positionOf(a) - positionOf(b);
  });
}

function positionOf(entry: CatalogObject & { readonly position?: number }): number {
  return entry.position ?? 0;
}
