import type { Database } from "@confiture/model";
import {
  createMigrationHooks,
  type HookProgress,
  type MigrationHook,
  type MigratorEvents,
} from "../../src/hooks/migration-hooks.js";

/** What a migration of tests tells at its phases. */
export const phaseData = {
  version: "003",
  name: "add_orders",
  direction: "up",
  mode: "real",
  totalSteps: 2,
  stepsCompleted: 2,
  rowsAffected: 7,
  elapsedMs: 12,
} as const;

export interface Fired {
  readonly status: string;
  readonly value: unknown;
  readonly error: unknown;
  readonly progress: readonly HookProgress[];
}

export interface FireOptions {
  readonly data?: Record<string, unknown>;
  readonly signal?: AbortSignal;
  readonly executionId?: string;
  readonly environment?: string;
  readonly onProgress?: (step: HookProgress) => void;
}

/** Fires the event of one hook as a migration does: on its connection, or on one of its own. */
export async function fireHook(database: Database, hook: MigrationHook, options: FireOptions = {}): Promise<Fired> {
  const progress: HookProgress[] = [];
  const hooks = createMigrationHooks({ defaults: { timeoutPerPhaseMs: 600_000, graceMs: 60_000 } });
  hooks.register(hook);
  const report = (step: HookProgress) => {
    progress.push(step);
    options.onProgress?.(step);
  };
  const outcome = await hooks.trigger(
    hook.on,
    { ...phaseData, ...options.data } as unknown as MigratorEvents["before_ddl"],
    {
      metadata: { environment: options.environment, report },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.executionId === undefined ? {} : { executionId: options.executionId }),
      around: async (asked, _context, run) => {
        if (asked.connection === "none") return run();
        await using session = await database.openSession();
        if (asked.connection === "own") return await run({ session, database });
        await session.query("begin");
        try {
          const value = await run({ session });
          await session.query("commit");
          return value;
        } catch (error) {
          await session.query("rollback");
          throw error;
        }
      },
    },
  );
  const [result] = outcome.hooks;
  if (result === undefined) throw new Error("no hook was fired");
  return {
    status: result.status,
    value: result.status === "completed" ? result.value : undefined,
    error: "error" in result ? result.error : undefined,
    progress,
  };
}
