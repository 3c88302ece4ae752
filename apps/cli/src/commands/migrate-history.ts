import { type HistoryEvent, type RecordedHook, readEvents, readHookExecutions } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatDuration } from "../output/durations.js";
import { runCommand } from "../output/run-command.js";
import { openProject } from "../project/open-project.js";

export interface MigrateHistoryFlags extends GlobalFlags {
  readonly limit?: number;
  readonly migration?: string;
}

export async function runMigrateHistory(this: CliContext, flags: MigrateHistoryFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal }) => {
    await using project = await openProject(this, flags, terminal);
    const events = await readEvents(project.database, {
      ownSchema: project.config.migrations.ownSchema,
      limit: flags.limit ?? 20,
      ...(flags.migration === undefined ? {} : { version: flags.migration }),
    });
    const hooks = await readHookExecutions(project.database, {
      ownSchema: project.config.migrations.ownSchema,
      executionIds: [...new Set(events.map(({ executionId }) => executionId))],
      ...(flags.migration === undefined ? {} : { version: flags.migration }),
    });
    return {
      document: { events, hooks },
      lines: events.length === 0 ? ["Nothing has happened here yet."] : renderHistory(events, hooks),
    };
  });
}

/** Events, newest first, and below the end of a migration its hooks; those of a whole run stand below its newest event. */
function renderHistory(events: readonly HistoryEvent[], hooks: readonly RecordedHook[]): readonly string[] {
  const told = new Set<string>();
  return events.flatMap((event) => {
    const isNewest = !told.has(event.executionId);
    told.add(event.executionId);
    const below = hooks.filter(
      ({ executionId, version }) =>
        executionId === event.executionId &&
        (version === null ? isNewest : version === event.version && endsMigration.has(event.kind)),
    );
    return [renderEvent(event), ...below.map(renderHook)];
  });
}

const endsMigration: ReadonlySet<string> = new Set([
  "migration_completed",
  "migration_failed",
  "migration_rolled_back",
  "migration_cancelled",
]);

function renderHook(hook: RecordedHook): string {
  const duration = hook.durationMs === null ? "" : `  ${formatDuration(hook.durationMs)}`;
  const ending = hook.status === "completed" ? "" : `  ${hook.status}`;
  const attempts = hook.attempts > 1 ? `, ${hook.attempts} attempts` : "";
  const error = hook.error === null ? "" : `: ${hook.error.message}`;
  return `    ${hook.event} ${hook.hook}${duration}${attempts}${ending}${error}`;
}

function renderEvent(event: HistoryEvent): string {
  const what = event.kind.replaceAll("_", " ");
  const which = event.version === null ? "" : ` ${event.version}${event.name === null ? "" : ` ${event.name}`}`;
  const duration = event.durationMs === null ? "" : `, ${formatDuration(event.durationMs)}`;
  return `${event.at.slice(0, 19).replace("T", " ")}  ${what}${which}  (${event.actor}, ${event.osUser}@${event.host}${duration}, ${event.toolVersion})`;
}
