import { ConfitureError, type Database, type OwnedSession, type Session } from "@confiture/model";
import { installOwnTables, readOwnMigrations } from "../record/install-own-tables.js";
import { ownMigrations } from "../record/own-migrations.js";
import type { MigratorHookContext } from "./builtin-hook-type.js";

/** The connection that the hook asked for. */
export function sessionOf({ metadata, hookId, event }: MigratorHookContext): Session {
  if (metadata.session !== undefined) return metadata.session;
  throw new ConfitureError(
    "CONFITURE_HOOK_CONFIG",
    `The hook \`${hookId}\` was handed no connection at \`${event}\`.`,
    {
      hint: "Whoever triggers the event puts a `session` into its metadata.",
    },
  );
}

/** Where a hook with a connection of its own opens further ones. */
export function databaseOf({ metadata, hookId, event }: MigratorHookContext): Database {
  if (metadata.database !== undefined) return metadata.database;
  throw new ConfitureError("CONFITURE_HOOK_CONFIG", `The hook \`${hookId}\` was handed no database at \`${event}\`.`, {
    hint: "It works on a connection of its own: whoever triggers the event puts a `database` into its metadata.",
  });
}

/** A session of a worker. While it is open, aborting the signal cancels what it runs. */
export async function openWorker(database: Database, signal: AbortSignal): Promise<OwnedSession> {
  const session = await database.openSession();
  const watch = cancelQueries(database, session, signal);
  return {
    ...session,
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

/** While this is held, aborting the signal cancels what the session runs, from a second session. */
export function cancelQueries(database: Database, session: Session, signal: AbortSignal): Disposable {
  const cancel = (): void => {
    cancelBackend(database, session).catch(() => {
      // No second connection could be had: the query ends by its own timeouts.
    });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", cancel) };
}

async function cancelBackend(database: Database, { processId }: Session): Promise<void> {
  if (processId === undefined) return;
  await using second = await (database.openBeside?.() ?? database.openSession());
  await second.query("select pg_catalog.pg_cancel_backend($1)", [processId]);
}

/** All or nothing: a transaction, or on the migration's connection a savepoint in its. */
export async function allOrNothing<Result>(
  context: MigratorHookContext,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = sessionOf(context);
  const [begin, commit, rollback] =
    context.metadata.database === undefined
      ? ["savepoint confiture_hook", "release savepoint confiture_hook", "rollback to savepoint confiture_hook"]
      : ["begin", "commit", "rollback"];
  await session.query(begin);
  try {
    const result = await work(session);
    await session.query(commit);
    return result;
  } catch (error) {
    // On a connection that is gone there is nothing to roll back; the first error is what counts.
    await session.query(rollback).catch(() => undefined);
    throw error;
  }
}

/** Does something and undoes it, whatever came of it. */
export async function undoing<Result>(
  context: MigratorHookContext,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = sessionOf(context);
  const own = context.metadata.database !== undefined;
  await session.query(own ? "begin" : "savepoint confiture_probe");
  try {
    return await work(session);
  } finally {
    await session.query(own ? "rollback" : "rollback to savepoint confiture_probe").catch(() => undefined);
  }
}

/** Our tables are there before a hook writes into them: it may stand in front of everything. */
export async function ensureOwnTables(context: MigratorHookContext, ownSchema: string): Promise<void> {
  const there = await readOwnMigrations(sessionOf(context), ownSchema);
  if (ownMigrations.every(({ id }) => there.includes(id))) return;
  await allOrNothing(context, async (session) => {
    await session.query("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('confiture own tables'))");
    await installOwnTables(session, ownSchema);
  });
}
