import { type HistoryEvent, readEvents } from "@confiture/migrator";
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
    return {
      document: { events },
      lines: events.length === 0 ? ["Nothing has happened here yet."] : events.map(renderEvent),
    };
  });
}

function renderEvent(event: HistoryEvent): string {
  const what = event.kind.replaceAll("_", " ");
  const which = event.version === null ? "" : ` ${event.version}${event.name === null ? "" : ` ${event.name}`}`;
  const duration = event.durationMs === null ? "" : `, ${formatDuration(event.durationMs)}`;
  return `${event.at.slice(0, 19).replace("T", " ")}  ${what}${which}  (${event.actor}, ${event.osUser}@${event.host}${duration}, ${event.toolVersion})`;
}
