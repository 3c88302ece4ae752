import type { Database, HeldLock, LockObserver } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";

/** Modes that keep somebody's reads or writes waiting. */
const modesThatBlock = new Set(["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]);

export interface LockHoldBound extends AsyncDisposable {
  /** Null while nothing has been held for too long. */
  readonly bounded: { readonly afterMs: number; readonly lock: HeldLock | null } | null;
  heldLocks(): readonly HeldLock[] | null;
  /** Looks once more, before locks are let go: what was held for less than a sampling interval is seen too. */
  lookOnce(): Promise<void>;
}

export interface BoundOptions {
  readonly pid: number;
  /** Its tables are not the user's: reading them is not reported. */
  readonly ownSchema: string;
  readonly maxLockHoldMs: number;
  readonly now: () => number;
  readonly cancel: () => Promise<void>;
}

/**
 * A rehearsal holds real locks. This watches from a second session and has the statement cancelled when one that blocks
 * others was held for longer than allowed; without a second session, the time the transaction is open counts instead.
 */
export async function boundLockHold(database: Database, options: BoundOptions): Promise<LockHoldBound> {
  const observer = await openObserver(database, options.pid);
  const started = options.now();
  const own = `${quoteIdentifier(options.ownSchema)}.`;
  let bounded: LockHoldBound["bounded"] = null;
  const check = setInterval(() => {
    if (bounded !== null) return;
    const longest = longestBlocking(observer);
    const heldMs = observer === undefined ? options.now() - started : (longest?.heldMs ?? 0);
    if (heldMs <= options.maxLockHoldMs) return;
    bounded = { afterMs: heldMs, lock: longest ?? null };
    options.cancel().catch(() => undefined);
  }, 50);
  check.unref();
  return {
    get bounded() {
      return bounded;
    },
    heldLocks: () => observer?.heldLocks().filter(({ relation }) => !relation.startsWith(own)) ?? null,
    async lookOnce() {
      await observer?.sampleNow?.();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(check);
      await observer?.[Symbol.asyncDispose]();
    },
  };
}

async function openObserver(database: Database, pid: number): Promise<LockObserver | undefined> {
  try {
    return await database.observeLocks?.(pid, { everyMs: 20 });
  } catch {
    // No connection to spare: the report says that locks were not observed.
    return undefined;
  }
}

function longestBlocking(observer: LockObserver | undefined): HeldLock | undefined {
  return observer
    ?.heldLocks()
    .filter((lock) => modesThatBlock.has(lock.mode))
    .reduce<HeldLock | undefined>(
      (longest, lock) => (longest === undefined || lock.heldMs > longest.heldMs ? lock : longest),
      undefined,
    );
}
