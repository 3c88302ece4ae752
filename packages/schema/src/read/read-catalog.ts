import type { Catalog, CatalogKinds, CatalogObject, CatalogReference, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { allQueries } from "./all-queries.js";
import type { CatalogQuery, ReadScope } from "./catalog-query.js";
import { type Address, resolveDependencies } from "./dependencies.js";
import { dependenciesKind, type EverythingRow, everythingQuery, fingerprintKind } from "./everything-query.js";
import { fingerprintQuery, outdatedQuery } from "./fingerprint.js";
import { couldBeMoved, Outdated, unreadable } from "./moved.js";
import { behindSavepoint, insideCallersTransaction, ownTransactions } from "./read-frames.js";
import { readScope } from "./read-scope.js";
import { readServer } from "./read-server.js";

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
 * that others commit meanwhile is detected and the read is done again, three times at most.
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
  const frame = inside ? insideCallersTransaction(session) : ownTransactions(session);
  const look = () => frame.look(() => readFingerprint(session, scope));
  let last: Failure | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const { catalog, fingerprint } = await frame.read(() => readEverything(session, scope, server.number));
      if ((await look()) === fingerprint) return catalog;
      last = { message: "DDL was committed during the read" };
    } catch (error) {
      last = await judgeFailure(error, look, last);
    }
  }
  throw new ConfitureError("CONFITURE_CATALOG_MOVED", `The catalog changed during each of ${attempts} reads.`, {
    hint: "Somebody runs DDL at the same time. Try again when it has ended.",
    cause: last?.cause,
    facts: { attempts, last: last?.message },
  });
}

/** Why an attempt gave no catalog. */
interface Failure {
  readonly message: string;
  readonly cause?: unknown;
  /** How things were just after it. */
  readonly fingerprint?: string;
}

/**
 * What can come of an object that goes away under the read is worth another attempt. The same again, with nothing
 * changed in between, is damage, and is told as it is.
 */
async function judgeFailure(error: unknown, look: () => Promise<string>, last: Failure | undefined): Promise<Failure> {
  if (error instanceof Outdated) return { message: error.message };
  if (!couldBeMoved(error)) throw error;
  const fingerprint = await look().catch((second: unknown) => {
    // The look asks for names too, and PostgreSQL 13 fails on one that is gone.
    if (second instanceof Outdated || couldBeMoved(second)) return undefined;
    throw second;
  });
  if (fingerprint !== undefined && fingerprint === last?.fingerprint && error.message === last.message) throw error;
  return { message: error.message, cause: error, ...(fingerprint === undefined ? {} : { fingerprint }) };
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

/** The rows of `everythingQuery`, sorted into their lists. */
async function readEverything(
  session: Session,
  scope: ReadScope,
  serverVersion: number,
): Promise<{ readonly catalog: Catalog; readonly fingerprint: string }> {
  const { rows } = await session.query<EverythingRow>(everythingQuery(scope));
  const lists = new Map<string, CatalogObject[]>([...Object.keys(allQueries), "unsupported"].map((kind) => [kind, []]));
  const entries = new Map<Address, CatalogReference>();
  let fingerprint = "";
  let dependencies = "[]";
  for (const { kind, object } of rows) {
    if (kind === fingerprintKind) fingerprint = object;
    else if (kind === dependenciesKind) dependencies = object;
    else lists.get(kind)?.push(withoutAddress(kind, JSON.parse(object) as AddressedObject, entries));
  }
  for (const { kind, alwaysThere } of Object.values(allQueries)) refuseIncomplete(kind, lists.get(kind), alwaysThere);
  for (const list of lists.values()) sortByName(list);
  const catalog = {
    serverVersion,
    ...(Object.fromEntries(lists) as unknown as Lists),
    dependencies: resolveDependencies(dependencies, entries),
  };
  return { catalog, fingerprint };
}

type Lists = Omit<Catalog, "serverVersion" | "dependencies">;

interface AddressedObject extends CatalogObject {
  readonly oid?: number;
  readonly subid?: number;
}

/** The entry alone; where its row stands is remembered beside it. */
function withoutAddress(
  kind: string,
  { oid, subid = 0, ...entry }: AddressedObject,
  entries: Map<Address, CatalogReference>,
): CatalogObject {
  const { catalog, tidy } = (allQueries as Readonly<Record<string, CatalogQuery | undefined>>)[kind] ?? {};
  if (oid !== undefined && catalog !== undefined)
    entries.set(`${catalog} ${oid} ${subid}`, { kind: kind as keyof CatalogKinds, name: entry.name });
  return tidy === undefined ? entry : tidy(entry as never);
}

function refuseIncomplete(kind: string, objects: readonly CatalogObject[] = [], fields: readonly string[] = []): void {
  for (const object of objects as readonly (CatalogObject & Readonly<Record<string, unknown>>)[]) {
    const missing = fields.find((field) => object[field] === undefined);
    if (missing !== undefined) throw unreadable(kind, object.name ?? "an object without a name", missing);
  }
}

/** @throws Outdated above READ COMMITTED, where the snapshot is the caller's and can be older than the schema. */
async function readFingerprint(session: Session, scope: ReadScope): Promise<string> {
  const { rows } = await session.query<{ fingerprint: string; oneSnapshot: boolean }>(fingerprintQuery(scope));
  if (rows[0]?.oneSnapshot === true) {
    const answer = await session.query<{ outdated: boolean }>(outdatedQuery(scope));
    if (answer.rows[0]?.outdated === true) throw new Outdated();
  }
  return rows[0]?.fingerprint ?? "";
}

/** By code units, not by anybody's collation; columns by their place in the table, namesakes by their kind. */
function sortByName(entries: CatalogObject[]): void {
  const keyOf = (
    entry: CatalogObject & { readonly table?: string; readonly position?: number; readonly kind?: string },
  ) => (entry.position === undefined ? `${entry.name}\0${entry.kind ?? ""}` : (entry.table ?? ""));
  entries.sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : positionOf(a) - positionOf(b);
  });
}

function positionOf(entry: CatalogObject & { readonly position?: number }): number {
  return entry.position ?? 0;
}
