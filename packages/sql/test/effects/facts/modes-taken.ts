import { type LockMode, lockModes } from "@confiture/model";
import type { TestDatabase } from "@confiture/testkit";

/** The strongest mode on each relation that was there before, by its name then. */
export async function modesTaken(db: TestDatabase, sql: string): Promise<ReadonlyMap<string, LockMode>> {
  const before = new Map((await readRelations(db)).map(({ oid, name }) => [oid, name]));
  await db.query("begin");
  try {
    await db.query(sql);
    const { rows: held } = await db.query<{ relation: number; mode: LockMode }>(
      `select relation, mode from pg_locks
       where pid = pg_backend_pid() and locktype = 'relation'
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return strongest(
      held.flatMap(({ relation, mode }) => {
        const name = before.get(relation);
        return name === undefined ? [] : [[name, mode] as const];
      }),
    );
  } finally {
    await db.query("rollback");
  }
}

async function readRelations(db: TestDatabase) {
  const { rows: relations } = await db.query<{ oid: number; name: string }>(
    "select oid, relname as name from pg_class where relnamespace = 'public'::regnamespace",
  );
  return relations;
}

function strongest(held: readonly (readonly [string, LockMode])[]): ReadonlyMap<string, LockMode> {
  const modes = new Map<string, LockMode>();
  for (const [name, mode] of held) {
    const known = modes.get(name);
    if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) modes.set(name, mode);
  }
  return modes;
}

/**
 * What a statement that runs alone asks of a relation; undefined when it does not wait. The holder's mode lets the
 * AccessShareLock with which VACUUM first looks at a table by, and stops everything such statements are about. Then the
 * statement runs to its end, and its error is thrown.
 */
export async function modeWaitedFor(db: TestDatabase, sql: string, relation: string): Promise<LockMode | undefined> {
  await using waiter = await db.openSession();
  const { rows: backends } = await waiter.query<{ pid: number }>("select pg_backend_pid() as pid");
  await db.query("begin");
  await db.query(`lock table ${relation} in share update exclusive mode`);
  let outcome: { readonly error: unknown } | undefined;
  const ended = waiter.query(sql).then(
    () => (outcome = { error: undefined }),
    (error: unknown) => (outcome = { error }),
  );
  let mode: LockMode | undefined;
  while (mode === undefined && outcome === undefined) {
    mode = await readWait(db, backends[0]!.pid, relation);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await db.query("rollback");
  const { error } = await ended;
  if (error !== undefined) throw error;
  return mode;
}

async function readWait(db: TestDatabase, pid: number, relation: string): Promise<LockMode | undefined> {
  const { rows: waits } = await db.query<{ mode: LockMode }>(
    "select mode from pg_locks where pid = $1 and relation = $2::regclass and not granted",
    [pid, relation],
  );
  return waits[0]?.mode;
}
