import { migrationEventNames } from "@confiture/hooks/vocabulary";
import type { MigratorEvent } from "./builtin-hook-type.js";

export const everyEvent: readonly MigratorEvent[] = migrationEventNames;

/** Before the first statement of a migration, or of a run. */
export const beforeChanges = [
  "before_execute",
  "before_rollback",
  "before_validation",
  "before_ddl",
] as const satisfies readonly MigratorEvent[];

/** When the statements of a migration have run, and for hooks with a connection of their own are committed. */
export const behindDdl = [
  "after_ddl",
  "after_validation",
  "cleanup",
  "on_success",
] as const satisfies readonly MigratorEvent[];

/** When a run, or an undoing, has ended well. */
export const behindRun = ["after_execute", "after_rollback"] as const satisfies readonly MigratorEvent[];

/** When something has failed. */
export const behindFailure = ["on_error"] as const satisfies readonly MigratorEvent[];

export const hourMs = 3_600_000;
export const minuteMs = 60_000;
