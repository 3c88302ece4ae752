import { randomBytes } from "node:crypto";
import type { AnyHookContext } from "@confiture/hooks";
import type { Database, Session } from "@confiture/model";
import { cancelBackend } from "../execute/cancel-on-abort.js";
import { programSession } from "../execute/program-session.js";
import type { ResolvedRunOptions } from "../execute/run-options.js";
import { restoreSettings, snapshotSettings } from "../execute/session-settings.js";
import { hookSession } from "./hook-session.js";
import type { MigrationHookMetadata, MigratorEvents } from "./migration-hooks.js";

/** The connection of a run, as hooks meet it. */
export interface RunConnection {
  readonly database: Database;
  readonly session: Session;
  readonly pid: number;
  readonly options: ResolvedRunOptions;
}

type Context = AnyHookContext<MigratorEvents, MigrationHookMetadata>;
type RunHook = (metadata: Partial<MigrationHookMetadata>) => Promise<unknown>;

/** Lends connections to hooks, and leaves no trace on them of those that fail. */
export class HookConnections {
  readonly #of: RunConnection;
  /** Executions of the hooks that are at work on the migration's connection, from the outermost. */
  readonly #holders: string[] = [];

  constructor(of: RunConnection) {
    this.#of = of;
  }

  /**
   * Lends the migration's connection. `isOpen`: its transaction is open, and the hook gets a savepoint of it. Else the hook gets a transaction
   * of its own; `row` is SQL to be committed with it.
   */
  async lendMigrations(
    context: Context,
    run: RunHook,
    { isOpen, row }: { readonly isOpen: boolean; readonly row: () => string },
  ): Promise<unknown> {
    const holder = this.#holders.at(-1);
    if (holder !== undefined && context.parentExecutionId !== holder)
      throw new Error("another hook is at work on the migration's connection");
    this.#holders.push(context.executionId);
    try {
      return await (isOpen || holder !== undefined
        ? this.#inSavepoint(context, run, isOpen)
        : this.#inTransaction(context, run, row));
    } finally {
      this.#holders.pop();
    }
  }

  async #inSavepoint(context: Context, run: RunHook, isOpen: boolean): Promise<unknown> {
    const { session } = this.#of;
    // A name that no file and no hook uses by accident.
    const savepoint = `confiture_hook_${randomBytes(6).toString("hex")}`;
    await session.query(`savepoint ${savepoint}`);
    return this.#lend(context, run, isOpen, {
      keep: () => session.query(`release savepoint ${savepoint}`),
      undo: () => session.query(`rollback to savepoint ${savepoint};\nrelease savepoint ${savepoint}`),
    });
  }

  async #inTransaction(context: Context, run: RunHook, row: () => string): Promise<unknown> {
    const { session, options } = this.#of;
    // A shadow is there for one rehearsal: what is kept on it is gone with it.
    const isKept = options.mode === "real" || options.rehearsedOnShadow !== undefined;
    await session.query(`begin;\nset local lock_timeout = ${options.lockTimeoutMs}`);
    return this.#lend(context, run, false, {
      keep: () => session.query(isKept ? `${row()}\ncommit` : "rollback"),
      undo: () => session.query("rollback"),
    });
  }

  async #lend(
    context: Context,
    run: RunHook,
    isOpen: boolean,
    end: { keep(): Promise<unknown>; undo(): Promise<unknown> },
  ): Promise<unknown> {
    const { session, options } = this.#of;
    const limits = { insideTransaction: true, inOneDatabase: options.serverWide === "skip" };
    const lent = hookSession(programSession(session, limits));
    let cancelling: Promise<void> | undefined;
    const cancel = (): void => {
      lent.close();
      // An aborted run cancels what its transaction does by itself.
      if (!lent.isBusy || (isOpen && options.signal?.aborted === true)) return;
      // No second connection to spare: then the query comes to its own end first.
      cancelling = cancelBackend(this.#of).catch(() => undefined);
    };
    context.signal.addEventListener("abort", cancel, { once: true });
    try {
      const found = await snapshotSettings(session);
      const value = await run({ session: lent.session, database: undefined });
      lent.close();
      // The statements behind the hook must not meet its search path or its role.
      await restoreSettings(session, found);
      await end.keep();
      return value;
    } catch (error) {
      lent.close();
      // A cancel on its way must not hit what follows.
      await cancelling;
      await end.undo();
      throw error;
    } finally {
      context.signal.removeEventListener("abort", cancel);
    }
  }

  /** Opens a connection for a hook, and closes it when the hook has ended or nobody waits for it any more. */
  async lendOwn(context: Context, run: RunHook): Promise<unknown> {
    const beside = besideThePool(this.#of.database);
    await using session = await beside.openSession();
    const { rows } = await session.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
    const lent = hookSession(session);
    // A hook that waits for a query learns by the query's end; it may still tidy up behind it.
    const cancel = (): void => {
      if (lent.isBusy) cancelBackend({ database: beside, pid: rows[0]?.pid ?? 0 }).catch(() => undefined);
    };
    context.signal.addEventListener("abort", cancel, { once: true });
    try {
      return await run({ session: lent.session, database: beside });
    } finally {
      lent.close();
      context.signal.removeEventListener("abort", cancel);
    }
  }
}

/** The program's pool may have no connection but that of the run: who waited for a second one would wait for himself. */
function besideThePool(database: Database): Database {
  if (database.openBeside === undefined) return database;
  return { ...database, openSession: () => database.openBeside?.() ?? database.openSession() };
}
