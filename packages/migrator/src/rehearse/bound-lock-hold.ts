import type { Database, HeldLock, LockObserver } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";

/**
 * Modes that keep somebody's reads or writes waiting. RowShareLock and RowExclusiveLock come with locks on rows, which
 * keep those waiting who write the same rows.
 */
const modesThatBlock = new Set([
  "RowShareLock",
  "RowExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
]);

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
  /** Ends the rehearsal: its locks are let go. */
  readonly end: () => Promise<void>;
}

/**
 * A rehearsal holds real locks. This watches from a second session and ends it when one that blocks
 * others was held for longer than allowed; without a second session, the time the transaction is open counts instead.
 */
export async function boundLockHold(database: Database, options: BoundOptions): Promise<LockHoldBound> {
  const observer = await openObserver(database, options.pid);
  const started = options.now();
  const own = `${quoteIdentifier(options.ownSchema)}.`;
  let bounded: LockHoldBound["bounded"] = null;
  let ending: Promise<void> | undefined;
  const held = (): readonly HeldLock[] =>
    observer?.heldLocks().filter(({ relation }) => !relation.startsWith(own)) ?? [];
  // Without an observer, or with one that sees no more, the time the transaction is open counts.
  const blind = (): boolean => observer === undefined || observer.incomplete !== undefined;
  const check = setInterval(() => {
    if (bounded !== null) return;
    const longest = longestBlocking(held());
    const heldMs = blind() ? options.now() - started : (longest?.heldMs ?? 0);
    if (heldMs <= options.maxLockHoldMs) return;
    bounded = { afterMs: heldMs, lock: blind() ? null : (longest ?? null) };
    ending = options.end();
  }, 50);
  check.unref();
  return {
    get bounded() {
      return bounded;
    },
    heldLocks: () => (blind() ? null : held()),
    async lookOnce() {
      await observer?.sampleNow?.();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(check);
      // A cancel under way must not hit what comes behind the rehearsal.
      await ending;
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

function longestBlocking(locks: readonly HeldLock[]): HeldLock | undefined {
  return locks
    .filter((lock) => modesThatBlock.has(lock.mode))
    .reduce<HeldLock | undefined>(
      (longest, lock) => (longest === undefined || lock.heldMs > longest.heldMs ? lock : longest),
      undefined,
    );
}
