import type { Queryable, QueryResult } from "./queryable.js";

/** One connection: transactions, settings and session locks hold on it. */
export interface Session extends Queryable {
  /**
   * The process id the server sent in the connection handshake. On a direct connection it equals
   * `pg_backend_pid()`; a pooler in between invents its own. Undefined where the driver does not tell.
   */
  readonly processId?: number;
  /**
   * Runs `COPY … FROM STDIN` and sends `data` as its input. Absent where the driver cannot; a file with inline
   * COPY data is then refused before anything runs.
   */
  copyIn?(text: string, data: string | Uint8Array): Promise<QueryResult<never>>;
  /** Listens to NOTICE, WARNING and the like; returns the undo. */
  onNotice?(listener: (notice: ServerNotice) => void): () => void;
  /** Called once when the connection is lost without having been closed; returns the undo. */
  onLost?(listener: (error: Error) => void): () => void;
}

/** A message the server sent beside a result. */
export interface ServerNotice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

/** A session that its opener must close: `await using session = await database.openSession()`. */
export interface OwnedSession extends Session, AsyncDisposable {
  /**
   * Says that something was left on the connection that nobody can find and undo (a custom setting, a temporary
   * table): it is then closed, and not given back to a pool. Absent where a session always is closed.
   */
  discard?(): void;
}

/** How a connection reaches its server. Under `transaction`, session state and session locks do not hold. */
export type PoolerMode = "none" | "session" | "transaction";

/**
 * A place where sessions can be opened. Everything that runs opens its own, so that a lock, a setting or a
 * transaction of ours never meets one of the application's.
 */
export interface Database {
  openSession(): Promise<OwnedSession>;
  /** A session that does not come out of the program's pool, which may have no other. Absent: as `openSession`. */
  openBeside?(): Promise<OwnedSession>;
  /**
   * Tells whether something between us and the server hands our session to others.
   * Absent where it cannot be told; the caller then reports it as not inspected.
   */
  detectPooler?(session: Session): Promise<PoolerMode>;
  /**
   * How PostgreSQL's own programs (pg_dump, psql) reach it: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, …, for the environment of
   * a child. Holds the password: never print it. Absent where it cannot be told.
   */
  clientVariables?(): Readonly<Record<string, string>>;
  /** Watches what one backend holds and waits for, from a session of its own. Absent: reported as not inspected. */
  observeLocks?(pid: number, options?: ObserveLocksOptions): Promise<LockObserver>;
}

/** Makes empty databases to rehearse on, handed in so that the migrator and the schema reader need no driver. */
export interface ShadowProvider {
  /** An empty database on a server of this major version (default: the provider's own). Dropped when disposed. */
  create(version?: number): Promise<Database & AsyncDisposable>;
}

export interface ObserveLocksOptions {
  /** Milliseconds between two samples. Default 50. */
  readonly everyMs?: number;
  /** Called with each sample in which the backend waits for somebody. */
  readonly onWaiting?: (wait: LockWait) => void;
}

/** A running observation of one backend, from a second session. */
export interface LockObserver extends AsyncDisposable {
  /** The last sample in which the backend was waiting, or undefined when it never did. */
  lastWait(): LockWait | undefined;
  /** The strongest mode seen on each relation, and for how long it was held at most: exact to one interval between samples. */
  heldLocks(): readonly HeldLock[];
  /** Total milliseconds (sampled) the backend has been seen waiting for locks. */
  waitedMs(): number;
  /** Forgets what was seen so far: the next attempt starts clean. */
  reset(): void;
  /** Asks the server to cancel what the observed backend is running (`pg_cancel_backend`). */
  cancel(): Promise<void>;
  /** Takes one sample at once, so that what lasts less than an interval is seen too. */
  sampleNow?(): Promise<void>;
  /** Why nothing is observed any more (the observer's own connection died, say). Absent while all is well. */
  readonly incomplete?: string | undefined;
}

/** Somebody waits: for which lock, since when, and who is in the way. Never anybody's query text. */
export interface LockWait {
  /** Qualified name, or undefined when the lock waited for is not on a relation. */
  readonly relation?: string;
  readonly mode: string;
  readonly waitedMs: number;
  readonly blockers: readonly Blocker[];
}

/** A backend in the way. Never its query text: that may hold row values. */
export interface Blocker {
  readonly pid: number;
  readonly applicationName: string;
  readonly state: string;
  /** Age of its transaction in milliseconds, or null outside one. */
  readonly transactionAgeMs: number | null;
}

export interface HeldLock {
  readonly relation: string;
  readonly mode: string;
  /** Milliseconds, an upper bound. */
  readonly heldMs: number;
}
