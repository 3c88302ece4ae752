import type { Database, LockMode, OwnedSession } from "@confiture/model";

/** Weak modes, each held by a session of its own, so that it shows who waits for it. Weakest first. */
const heldModes = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"] as const;

type HeldMode = (typeof heldModes)[number];

/** A session that sits in a transaction and holds one mode on one table. */
export interface LockHolder {
  readonly pid: number;
  readonly relation: string;
  readonly mode: HeldMode;
  release(): Promise<void>;
}

/** Holds each mode on each table, to be met by a statement that starts now. */
export async function holdLocks(
  database: Database,
  tables: readonly string[],
): Promise<{ readonly holders: readonly LockHolder[] } & AsyncDisposable> {
  const opened: OwnedSession[] = [];
  const close = async () => {
    await Promise.all(opened.map((session) => session[Symbol.asyncDispose]()));
  };
  try {
    const wanted = tables.flatMap((relation) => heldModes.map((mode) => ({ relation, mode })));
    const holders = await Promise.all(
      wanted.map(async (hold) => {
        const session = await database.openSession();
        opened.push(session);
        return holdOne(session, hold);
      }),
    );
    return { holders, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function holdOne(session: OwnedSession, hold: Pick<LockHolder, "relation" | "mode">): Promise<LockHolder> {
  const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  await session.query("begin");
  await session.query(`lock table only ${hold.relation} in ${inWords(hold.mode)} mode`);
  let released: Promise<unknown> | undefined;
  return {
    ...hold,
    pid: rows[0]!.pid,
    async release() {
      released ??= session.query("rollback");
      await released;
    },
  };
}

/** `AccessShareLock` as SQL says it. */
function inWords(mode: HeldMode): string {
  return mode.replace(/Lock$/, "").replaceAll(/\B([A-Z])/g, " $1");
}

/** The weakest mode that conflicts with what is held: what a wait for such a holder is a wait for. */
export const waitedForThrough: Readonly<Record<HeldMode, LockMode>> = {
  AccessShareLock: "AccessExclusiveLock",
  RowShareLock: "ExclusiveLock",
  RowExclusiveLock: "ShareLock",
  ShareUpdateExclusiveLock: "ShareUpdateExclusiveLock",
};
