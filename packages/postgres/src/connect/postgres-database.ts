import type { Database, LockObserver, ObserveLocksOptions, PoolerMode, Session } from "@confiture/model";

/** A database reached through `pg`: opens sessions, tells poolers, watches locks. */
export interface PostgresDatabase extends Database, AsyncDisposable {
  readonly name: string;
  clientVariables(): Readonly<Record<string, string>>;
  detectPooler(session: Session): Promise<PoolerMode>;
  observeLocks(pid: number, options?: ObserveLocksOptions): Promise<LockObserver>;
  /** Another database of the same server, with the same credentials. */
  withDatabase(name: string): PostgresDatabase;
}
