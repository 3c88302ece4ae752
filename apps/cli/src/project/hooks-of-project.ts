import type { Migration } from "@confiture/migrator";
import { type ProjectHooks, projectHooks } from "@confiture/migrator/builtin-hooks";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import type { Terminal } from "../output/terminal.js";
import type { ProjectFiles } from "./open-project.js";

export interface HooksOfProjectOptions {
  /** Migrations whose own hooks count. */
  readonly migrations: readonly Migration[];
  /** They are listed and never run. */
  readonly toList?: boolean;
  /** Told of failures of events whose `errors` are `alert_only`. */
  readonly terminal: Terminal;
}

/** All hooks that a command of this project runs: of confiture.yaml, of the environment, of files, packages and migrations. */
export async function hooksOfProject(
  context: CliContext,
  flags: Pick<GlobalFlags, "env">,
  { config, root }: Pick<ProjectFiles, "config" | "root">,
  { migrations, toList = false, terminal }: HooksOfProjectOptions,
): Promise<ProjectHooks> {
  const name = flags.env ?? "local";
  const part = Object.hasOwn(config.environments, name) ? config.environments[name]?.hooks : undefined;
  return projectHooks({
    root,
    env: context.env,
    ownSchema: config.migrations.ownSchema,
    project: config.hooks,
    environment: part === undefined ? undefined : { name, part },
    migrations,
    toList,
    options: {
      onAlert: ({ event, hookId, error }) =>
        terminal.remark(
          `${terminal.paint("yellow", "failed")} ${hookId} at ${event}: ${error instanceof Error ? error.message : String(error)}`,
        ),
    },
  });
}
