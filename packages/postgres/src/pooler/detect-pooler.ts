import type { OwnedSession, PoolerMode, Queryable, Session } from "@confiture/model";
import { isConfitureError } from "@confiture/model";

const rounds = 3;
/** A pool that is full answers nobody; the probe must end all the same. */
const roundTimeoutMs = 1_500;

/**
 * Tells whether a pooler stands between us and the server, and whether it hands our server connection to others
 * between transactions. The session must be outside a transaction, and is so afterwards (under statement pooling it is
 * lost). `transaction` is only answered when it was proven.
 */
export async function detectPooler(session: Session, openSecond: () => Promise<OwnedSession>): Promise<PoolerMode> {
  const backend = await backendPid(session);
  // A pooler answers the handshake itself and invents the process id; a plain TCP proxy passes it on.
  if (session.processId === backend) return "none";
  const seen = new Set<number>([backend]);
  if (await movesBetweenTransactions(session, seen)) return "transaction";
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await probeWithSecond(session, openSecond, seen);
    if (outcome !== "undecided") return outcome;
  }
  return "session";
}

/** Ten transactions on one backend prove nothing alone: an idle pool gives the same server connection again. */
async function movesBetweenTransactions(session: Session, seen: Set<number>): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const pid = await pidInTransaction(session);
    if (pid === "refused") return true;
    await session.query("commit");
    seen.add(pid);
    if (seen.size > 1) return true;
  }
  return false;
}

/**
 * A second client of ours holds a transaction open. If it got the backend that is ours, or if we are moved to another
 * one meanwhile, the pooler shares. If it waits for a server connection while we are served at once, ours is our own.
 */
async function probeWithSecond(
  session: Session,
  openSecond: () => Promise<OwnedSession>,
  seen: Set<number>,
): Promise<PoolerMode | "undecided"> {
  const second = await within(openSecond(), async (late) => late[Symbol.asyncDispose]());
  if (second === "late") return starvedVerdict(session, seen);
  try {
    const other = await within(pidInTransaction(second), async () => undefined);
    if (other === "late") return await starvedVerdict(session, seen);
    if (other === "refused" || seen.has(other)) return "transaction";
    if (await movesBetweenTransactions(session, seen)) return "transaction";
    await second.query("rollback");
    return "undecided";
  } finally {
    await second[Symbol.asyncDispose]();
  }
}

/** The queue of a pooler is first come, first served: only a session that owns its backend gets past a waiting one. */
async function starvedVerdict(session: Session, seen: Set<number>): Promise<PoolerMode> {
  return (await movesBetweenTransactions(session, seen)) ? "transaction" : "session";
}

async function pidInTransaction(session: Session): Promise<number | "refused"> {
  try {
    await session.query("begin");
  } catch (error) {
    // Statement pooling shares even more: it refuses transactions altogether and closes the connection.
    if (isProtocolViolation(error)) return "refused";
    throw error;
  }
  return backendPid(session);
}

function isProtocolViolation(error: unknown): boolean {
  const cause = isConfitureError(error) ? error.cause : error;
  return cause instanceof Error && "code" in cause && cause.code === "08P01";
}

async function backendPid(queryable: Queryable): Promise<number> {
  const { rows } = await queryable.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]!.pid;
}

/** Waits so long and no longer; what comes later is cleaned up when it comes. */
async function within<Value>(work: Promise<Value>, cleanUp: (late: Value) => Promise<void>): Promise<Value | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), roundTimeoutMs);
  });
  const first = await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
  if (first === "late") {
    // Its failure has no hearer any more: the session it belonged to is being closed.
    work.then(cleanUp).catch(() => undefined);
  }
  return first;
}
