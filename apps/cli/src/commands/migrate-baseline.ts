import { setBaseline } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount } from "../output/durations.js";
import { runCommand } from "../output/run-command.js";
import { openProject } from "../project/open-project.js";
import { runOptionsOf } from "../project/run-options-of.js";

export interface MigrateBaselineFlags extends GlobalFlags {
  readonly from: "ddl" | "migrations";
}

export async function runMigrateBaseline(
  this: CliContext,
  flags: MigrateBaselineFlags,
  version: string,
): Promise<void> {
  await runCommand(this, flags, async ({ terminal, signal }) => {
    await using project = await openProject(this, flags, terminal);
    const outcome = await setBaseline(project.database, {
      ...runOptionsOf(project, {}),
      migrations: await project.readMigrations(),
      version,
      shadow: project.shadow,
      signal,
      ...(flags.from === "ddl" ? { script: (await project.buildSchema({})).script } : {}),
    });
    return {
      document: outcome,
      lines: [
        `The live schema is what the ${flags.from === "ddl" ? "DDL" : "migrations"} says. Baseline ${version} recorded; ${formatCount(outcome.versions.length, "migration counts", "migrations count")} as applied${outcome.versions.length === 0 ? "" : `: ${outcome.versions.join(", ")}`}.`,
      ],
    };
  });
}
