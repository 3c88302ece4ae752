import {
  createHooks,
  defineHook,
  type EventName,
  type Hook,
  type Hooks,
  type HooksOptions,
  type MigrationEvents,
} from "@confiture/hooks";
import { migrationEventNames } from "@confiture/hooks/vocabulary";
import type { Catalog, Database, MigrationPlan, RiskAssessment, Session } from "@confiture/model";
import { sameVersion } from "../sources/migration-version.js";
import { refuseOddConnections } from "./refuse-odd-connections.js";

/** A ConfitureError or an error of the server as plain data. No value of a row, no secret. */
export interface HookedError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** The vocabulary of migrations, bound to the words of Confiture. */
export type MigratorEvents = MigrationEvents<{
  schema: Catalog;
  difference: unknown;
  plan: MigrationPlan;
  risk: RiskAssessment;
  error: HookedError;
}>;

/**
 * On which connection a hook works. `migration`: that of the migration, inside its transaction and in a savepoint of its own: what it did is gone when it fails,
 * and gone when the migration fails. `own`: one that is opened for it. `none`: it asks the database nothing.
 */
export type HookConnection = "migration" | "own" | "none";

/** The one migration, and the way through it, that a hook is for. */
export interface HookedMigration {
  readonly version: string;
  readonly direction: "up" | "down";
}

export interface MigrationHookFields {
  readonly connection: HookConnection;
  /** Left out: it is for every migration. Otherwise it is left alone at the moments of the others: see {@link hookConcerns}. */
  readonly onlyFor?: HookedMigration;
}

/** How far a hook has come that takes its time. */
export interface HookProgress {
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total?: number;
  readonly unit: "rows" | "bytes" | "indexes" | "statements" | "tables";
}

/** What a hook of a migration finds in `context.metadata`. */
export interface MigrationHookMetadata {
  /** The connection that the hook asked for. Undefined for `none`. */
  readonly session: Session | undefined;
  /** Opens further sessions of the same database, for workers beside each other. Undefined but for `own`. */
  readonly database: Database | undefined;
  /** The name of the environment, where it has one. */
  readonly environment: string | undefined;
  /** Shown while the migration runs. */
  report(progress: HookProgress): void;
}

/** A moment of a migration, by its name. */
export type MigratorEvent = EventName<MigratorEvents>;

export type MigrationHook = Hook<MigratorEvents, MigrationHookFields, MigrationHookMetadata>;
export type MigrationHooks = Hooks<MigratorEvents, MigrationHookFields, MigrationHookMetadata>;
export type MigrationHooksOptions = Omit<HooksOptions<MigratorEvents, MigrationHookFields>, "vocabulary" | "fields">;

/** Whether a hook is for the migration that data of an event tells of. Whoever opens connections for hooks asks first. */
export function hookConcerns(hook: Partial<MigrationHookFields>, data: object): boolean {
  const { onlyFor } = hook;
  if (onlyFor === undefined) return true;
  const { version, direction } = data as { readonly version?: unknown; readonly direction?: unknown };
  return typeof version === "string" && sameVersion(version, onlyFor.version) && direction === onlyFor.direction;
}

/** Writes a hook in a file of its own, with the type of `context.data` inferred from `on`. */
export const defineMigrationHook = defineHook<MigratorEvents, MigrationHookFields, MigrationHookMetadata>;

const connections: readonly unknown[] = ["migration", "own", "none"] satisfies readonly HookConnection[];

/**
 * An engine of hooks that knows the moments of a migration: hand it to `migrate` as `hooks`. A hook that asks for a connection it cannot have at
 * its moment is refused when it is registered, with the reason (CONFITURE_HOOK_COMBINATION).
 */
export function createMigrationHooks(options: MigrationHooksOptions = {}): MigrationHooks {
  const hooks = createHooks<MigratorEvents, MigrationHookFields, MigrationHookMetadata>({
    ...options,
    vocabulary: migrationEventNames,
    fields: {
      connection: (value) => (connections.includes(value) ? undefined : "`migration`, `own` or `none`"),
      onlyFor: (value) => (isHookedMigration(value) ? undefined : "a `version` and a `direction` (`up` or `down`)"),
    },
  });
  const strategyOf = (event: MigratorEvent) =>
    options.events?.[event]?.strategy ?? options.defaults?.strategy ?? "sequential";
  return {
    ...hooks,
    register: (...added) => {
      // First by the engine: what is not a hook at all is its to say.
      const undo = hooks.register(...added);
      try {
        refuseOddConnections(added, (event) => hooks.list(event).map(({ hook }) => hook), strategyOf);
      } catch (error) {
        undo();
        throw error;
      }
      return undo;
    },
  };
}

function isHookedMigration(value: unknown): boolean {
  if (value === undefined) return true;
  const { version, direction } = (value ?? {}) as Partial<HookedMigration>;
  return typeof version === "string" && (direction === "up" || direction === "down");
}
