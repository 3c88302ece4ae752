import type { Blocker, Database, LockObserver, LockWait } from "@confiture/model";

/** What a second session saw while a statement ran. */
export interface WaitWatch extends AsyncDisposable {
  lastWait(): LockWait | undefined;
  /** True when the watch itself had the statement cancelled, because its segment had waited too long in all. */
  readonly budgetSpent: boolean;
}

export interface WatchOptions {
  readonly pid: number;
  /** A second session is opened only for statements that take longer than this. */
  readonly afterMs: number;
  /** All waits of one attempt together may not exceed this; undefined: no limit. */
  readonly budgetMs: number | undefined;
  readonly onWaiting: (wait: LockWait) => void;
}

/**
 * Watches, from a second session, whom our backend waits for. Locks taken early in a segment are held while later ones
 * are waited for, so the waits are also added up: together they may not exceed one `lock_timeout`.
 */
export function watchWaits(database: Database, options: WatchOptions): WaitWatch {
  let observer: LockObserver | undefined;
  let opening: Promise<void> | undefined;
  let budgetSpent = false;
  const onWaiting = (wait: LockWait): void => {
    options.onWaiting(wait);
    if (observer === undefined || options.budgetMs === undefined || budgetSpent) return;
    if (observer.waitedMs() > options.budgetMs) {
      budgetSpent = true;
      // A failing cancel changes nothing: lock_timeout itself still ends the wait.
      observer.cancel().catch(() => undefined);
    }
  };
  const timer = setTimeout(() => {
    opening = database.observeLocks?.(options.pid, { onWaiting }).then(
      (opened) => {
        observer = opened;
      },
      // Without a second connection to spare the run goes on; only the blocker stays unnamed.
      () => undefined,
    );
  }, options.afterMs);
  timer.unref();
  return {
    lastWait: () => observer?.lastWait(),
    get budgetSpent() {
      return budgetSpent;
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await opening;
      await observer?.[Symbol.asyncDispose]();
    },
  };
}

/** `pid 4711 (psql, idle in transaction for 12 s)`: who is in the way, never what they run. */
export function describeBlocker(blocker: Blocker): string {
  const name = blocker.applicationName === "" ? "no application_name" : blocker.applicationName;
  const age = blocker.transactionAgeMs === null ? "" : ` for ${Math.round(blocker.transactionAgeMs / 1000)} s`;
  return `pid ${blocker.pid} (${name}, ${blocker.state}${age})`;
}

export function describeBlockers(wait: LockWait | undefined): string {
  if (wait === undefined || wait.blockers.length === 0) return "The blocker was gone before it could be named.";
  const lock = wait.relation === undefined ? wait.mode : `${wait.mode} on ${wait.relation}`;
  return `${lock} was held up by ${wait.blockers.map(describeBlocker).join(", ")}.`;
}
