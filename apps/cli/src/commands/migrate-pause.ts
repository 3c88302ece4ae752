import { type PauseOutcome, pauseMigration } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { runCommand } from "../output/run-command.js";
import { openProject } from "../project/open-project.js";

export interface MigratePauseFlags extends GlobalFlags {
  readonly because?: string;
  readonly wait?: number;
}

export async function runMigratePause(this: CliContext, flags: MigratePauseFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal, signal }) => {
    await using project = await openProject(this, flags, terminal);
    const outcome = await pauseMigration(project.database, {
      ownSchema: project.config.migrations.ownSchema,
      signal,
      because: flags.because ?? "`confiture migrate pause`",
      ...(flags.wait === undefined ? {} : { waitMs: flags.wait }),
    });
    const isPaused = outcome.kind === "paused" || outcome.kind === "requested";
    return { document: outcome, lines: [describePause(outcome)], exitCode: isPaused ? 0 : 1 };
  });
}

function describePause(outcome: PauseOutcome): string {
  switch (outcome.kind) {
    case "paused":
      return `Paused before ${outcome.version}, with no transaction open. \`confiture migrate resume\` lets it go on.`;
    case "requested":
      return "Asked: it pauses as soon as what is under way has ended. `confiture migrate resume` takes that back.";
    case "ended":
      return "The run ended before it could pause.";
    case "no-run":
      return "No run is under way.";
    default:
      return outcome satisfies never;
  }
}
