import type { HookProgress, MigrationHook, MigrationHooks, MigratorEvents } from "@confiture/migrator";
import { describeHookError, hookConcerns } from "@confiture/migrator";
import type { Database } from "@confiture/model";

export interface FiredHook {
  readonly id: string;
  readonly status: string;
  /** Null where it was not run. */
  readonly durationMs: number | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
  /** What became of it besides. */
  readonly note: string | null;
}

export interface FirePhaseOptions {
  readonly event: keyof MigratorEvents & string;
  readonly data: object;
  readonly environment: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (hookId: string, progress: HookProgress) => void;
}

/**
 * Fires one event as a run would. Hooks on the migration's connection share one transaction, each in a savepoint, and all of it is rolled
 * back; hooks on a connection of their own do what they do.
 */
export async function firePhase(
  database: Database,
  hooks: MigrationHooks,
  { event, data, environment, signal, onProgress }: FirePhaseOptions,
): Promise<{ readonly status: string; readonly hooks: readonly FiredHook[] }> {
  const others = takeOut(hooks, event, data);
  await using migration = await database.openSession();
  await migration.query("begin");
  try {
    const outcome = await hooks.trigger(event, data as never, {
      signal,
      metadata: { environment, session: undefined, database: undefined },
      around: async (hook, _context, run) => {
        const report = (progress: HookProgress): void => onProgress(hook.id, progress);
        if (hook.connection === "none") return run({ report });
        if (hook.connection === "own") {
          await using session = await database.openSession();
          return await run({ session, database, report });
        }
        await migration.query("savepoint confiture_hooks_test");
        try {
          return await run({ session: migration, report });
        } catch (error) {
          await migration.query("rollback to savepoint confiture_hooks_test");
          throw error;
        }
      },
    });
    const named = new Map(hooks.list(event).map(({ id, hook }) => [id, hook]));
    return { status: outcome.status, hooks: [...outcome.hooks.map((result) => firedHook(result, named)), ...others] };
  } finally {
    await migration.query("rollback").catch(() => undefined);
  }
}

/** Hooks of other migrations have nothing to do here. The last first: who depends on one goes before it. */
function takeOut(hooks: MigrationHooks, event: keyof MigratorEvents & string, data: object): readonly FiredHook[] {
  const others = hooks.list(event).filter(({ hook }) => !hookConcerns(hook, data));
  for (const { id } of others.toReversed()) hooks.unregister(id);
  return others.map(({ id }) => ({
    id,
    status: "skipped",
    durationMs: null,
    error: null,
    note: "it is for another migration",
  }));
}

interface Result {
  readonly hookId: string;
  readonly status: string;
  readonly durationMs?: number;
  readonly error?: unknown;
}

function firedHook(result: object, named: ReadonlyMap<string, MigrationHook>): FiredHook {
  const { hookId, status, durationMs, error } = result as Result;
  const rolledBack = named.get(hookId)?.connection === "migration" && status === "completed";
  return {
    id: hookId,
    status,
    durationMs: durationMs ?? null,
    error: error === undefined ? null : describedError(error),
    note: rolledBack ? "rolled back" : null,
  };
}

/** Without the values of rows that a server puts into its messages. */
function describedError(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = describeHookError(error);
  return { code, message };
}
