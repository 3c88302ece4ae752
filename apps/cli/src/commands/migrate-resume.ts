import { type ResumeOutcome, resume } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags, RunFlags } from "../flags.js";
import { outcomeDocument, renderOutcome } from "../output/render-outcome.js";
import { runCommand } from "../output/run-command.js";
import { showProgress } from "../output/show-progress.js";
import { hooksOfRun } from "../project/hooks-of-project.js";
import { openProject } from "../project/open-project.js";
import { runOptionsOf } from "../project/run-options-of.js";

export async function runMigrateResume(this: CliContext, flags: GlobalFlags & RunFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal, signal }) => {
    await using project = await openProject(this, flags, terminal);
    const migrations = await project.readMigrations();
    const outcome = await resume(project.database, {
      ...runOptionsOf(project, flags),
      // Which way the run went is known when it is looked at.
      ...(await hooksOfRun(this, flags, project, { migrations, terminal, direction: "up" })),
      migrations,
      signal,
      onProgress: showProgress(terminal),
    });
    const { resumed } = outcome;
    return {
      document: { ...outcomeDocument(outcome), resumed },
      lines: linesOf[resumed] ?? renderOutcome(outcome, terminal),
      ...(outcome.failed === null ? {} : { failure: outcome.failed.error }),
    };
  });
}

const linesOf: Readonly<Partial<Record<ResumeOutcome["resumed"], readonly string[]>>> = {
  nothing: ["Nothing was left begun, and no run is paused."],
  "paused-run": ["The paused run goes on, where it was started: what comes of it is told there."],
};
