import type { HookContext } from "@confiture/hooks";
import { migrationEventNames } from "@confiture/hooks/vocabulary";
import {
  createMigrationHooks,
  type HookConnection,
  type MigrationHook,
  type MigrationHookMetadata,
  type MigrationHooks,
  type MigrationHooksOptions,
  type MigratorEvent,
  type MigratorEvents,
} from "@confiture/migrator";

/** Hooks that take down when they run; on the migration's connection also in a table, so that it shows whether what they did stays. */
export interface NotedHooks {
  readonly hooks: MigrationHooks;
  /** `event` for those on the migration's connection, `event (own)` and `event (none)` for the others, in the order in which they ran. */
  readonly ran: string[];
  readonly data: [event: string, data: unknown][];
}

export const noteTable = "create table noted (what text);";

export type NotedContext = HookContext<MigratorEvents, MigratorEvent, MigrationHookMetadata>;

export interface NotedOptions {
  readonly connections?: readonly HookConnection[];
  readonly options?: MigrationHooksOptions;
  /** `before_ddl (own)`, say: what that hook does instead. */
  readonly instead?: Readonly<Record<string, (context: NotedContext) => unknown>>;
}

const withoutMigration = /schema|_validate$|_detected$|_exceeded$|_degraded$|_exhausted$/;

export function notedHooks({
  connections = ["migration", "own", "none"],
  options,
  instead = {},
}: NotedOptions = {}): NotedHooks {
  const hooks = createMigrationHooks(options);
  const noted: NotedHooks = { hooks, ran: [], data: [] };
  for (const on of migrationEventNames) {
    for (const connection of connections) {
      if (connection === "migration" && withoutMigration.test(on)) continue;
      hooks.register(noteHook(noted, on, connection, instead));
    }
  }
  return noted;
}

function noteHook(
  noted: NotedHooks,
  on: MigratorEvent,
  connection: HookConnection,
  instead: NonNullable<NotedOptions["instead"]>,
): MigrationHook {
  const label = connection === "migration" ? on : `${on} (${connection})`;
  const run = async (context: NotedContext) => {
    noted.ran.push(label);
    noted.data.push([label, context.data]);
    if (connection === "migration") {
      await context.metadata.session?.query("insert into noted select $1 where to_regclass('noted') is not null", [on]);
    }
    await instead[label]?.(context);
  };
  return { id: `${on}-${connection}`, on, connection, run } as MigrationHook;
}
