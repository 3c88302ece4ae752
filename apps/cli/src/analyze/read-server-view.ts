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
    if (codeOf(error) !== "55P03") throw refusedRead(error);
    // The transaction has failed, and answers nothing any more.
    await session.query("rollback");
    throw keptOut(await readExclusiveLocks(session), error);
  } finally {
    await session.query("rollback").catch(() => undefined);
  }
}

interface ExclusiveLock {
  readonly relation: string;
  readonly pid: number | null;
  readonly application: string;
  readonly state: string;
  readonly seconds: number | null;
}

/** Who keeps everybody out of which relation, the oldest transaction first. */
async function readExclusiveLocks(session: Session): Promise<readonly ExclusiveLock[]> {
  const { rows } = await session.query<ExclusiveLock>(
    `select format('%I.%I', n.nspname, c.relname) as relation, l.pid,
        coalesce(a.application_name, '') as application, coalesce(a.state, '') as state,
        extract(epoch from clock_timestamp() - a.xact_start)::int as seconds
      from pg_catalog.pg_locks l
      join pg_catalog.pg_class c on c.oid = l.relation
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'relation' and l.granted and l.mode = 'AccessExclusiveLock'
        and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
        and l.pid is distinct from pg_backend_pid() and c.relkind in ('r', 'p', 'v', 'm', 'f')
      order by a.xact_start nulls last, 1`,
  );
  return rows;
}

/** More of them say no more. */
const mostNamed = 3;

function keptOut(locks: readonly ExclusiveLock[], cause: unknown): ConfitureError {
  const told = locks.slice(0, mostNamed).map(({ relation, pid, application, state, seconds }) => {
    const who =
      pid === null ? "a prepared transaction" : `pid ${pid} (${application || "unnamed"}, ${state || "hidden"})`;
    return `${who} has ${relation}${seconds === null ? "" : ` since ${seconds} s`}`;
  });
  const more = locks.length > told.length ? `, and ${locks.length - told.length} more` : "";
  const who = told.length === 0 ? "" : ` ACCESS EXCLUSIVE now: ${told.join(", ")}${more}.`;
  return new ConfitureError(
    "CONFITURE_LOCK_TIMEOUT",
    `Somebody holds a lock that keeps readers of the schema out.${who}`,
    { hint: "Try again when that has ended; nothing of ours waits behind it.", facts: { locks }, cause },
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function refusedRead(error: unknown): unknown {
  const code = codeOf(error);
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return error;
  return new ConfitureError("CONFITURE_STATEMENT_FAILED", `The schema cannot be read: SQLSTATE ${code}.`, {
    hint: code === "57014" ? "It took longer than 30 seconds. Try again when the server has less to do." : "",
    cause: error,
  });
}
