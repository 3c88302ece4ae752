import {
  describeHookError,
  type Migration,
  type MigrationHooks,
  type MigratorEvent,
  readStatus,
} from "@confiture/migrator";
import { type ProjectHooks, projectHooks } from "@confiture/migrator/builtin-hooks";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import type { Terminal } from "../output/terminal.js";
import type { Project, ProjectFiles } from "./open-project.js";

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
          `${terminal.paint("yellow", "failed")} ${hookId} at ${event}: ${describeHookError(error).message}`,
        ),
    },
  });
}

/**
 * The hooks of a run, ready to be handed to it; nothing where there are none. Of migrations that the run cannot reach none are made:
 * nobody needs the secrets of a migration of last year.
 */
export async function hooksOfRun(
  context: CliContext,
  flags: Pick<GlobalFlags, "env">,
  project: Project,
  { migrations, direction, ...rest }: HooksOfProjectOptions & { readonly direction: "up" | "down" },
): Promise<{ readonly hooks?: MigrationHooks }> {
  const naming = migrations.filter((migration) => migration.source !== "typescript" && migration.hooks !== undefined);
  const reached = naming.length === 0 ? [] : await reachable(project, migrations, direction);
  const { hooks } = await hooksOfProject(context, flags, project, { migrations: reached, ...rest });
  return hooks.list().length === 0 ? {} : { hooks };
}

async function reachable(
  project: Project,
  migrations: readonly Migration[],
  direction: "up" | "down",
): Promise<readonly Migration[]> {
  const { ownSchema } = project.config.migrations;
  const { applied, underWay } = await readStatus(project.database, { migrations, ownSchema });
  const done = new Set(applied.map(({ version }) => version));
  const open = new Set(underWay.map(({ version }) => version));
  return migrations.filter(({ version }) => open.has(version) || done.has(version) === (direction === "down"));
}

/**
 * The hooks of events outside of runs, ready to be handed in; nothing where there are none: then nobody needs the secrets of the others.
 * What migrations say of hooks is checked as far as it goes without secrets.
 */
export async function hooksOutsideRuns(
  context: CliContext,
  flags: Pick<GlobalFlags, "env">,
  project: ProjectFiles,
  { events, ...options }: HooksOfProjectOptions & { readonly events: readonly MigratorEvent[] },
): Promise<{ readonly hooks?: MigrationHooks }> {
  const outline = await hooksOfProject(context, flags, project, { ...options, toList: true });
  if (events.every((event) => outline.hooks.list(event).length === 0)) return {};
  return { hooks: (await hooksOfProject(context, flags, project, { ...options, migrations: [] })).hooks };
}
