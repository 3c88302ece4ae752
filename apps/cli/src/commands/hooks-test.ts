import { closestName } from "@confiture/config";
import { migrationEventNames } from "@confiture/hooks/vocabulary";
import { type MigrationHooks, type MigratorEvents, planMigrations, readStatus } from "@confiture/migrator";
import { eventAliases } from "@confiture/migrator/builtin-hooks";
import { ConfitureError } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { renderFired } from "../output/render-hooks.js";
import { type CommandResult, type CommandTools, runCommand } from "../output/run-command.js";
import { type FiredHook, firePhase } from "../project/fire-phase.js";
import { hooksOfProject } from "../project/hooks-of-project.js";
import { openProject, type Project, readProject } from "../project/open-project.js";
import { type SampleFacts, sampleEvent } from "../project/sample-event.js";

export interface HooksTestFlags extends GlobalFlags {
  readonly dryRun: boolean;
  readonly down: boolean;
  readonly migration?: string;
}

type Event = keyof MigratorEvents & string;

export async function runHooksTest(this: CliContext, flags: HooksTestFlags, phase: string): Promise<void> {
  await runCommand(this, flags, (tools) => {
    const event = eventNamed(phase);
    return flags.dryRun ? sayWhatWouldFire(this, flags, event, tools) : fire(this, flags, event, tools);
  });
}

/** @throws CONFITURE_USAGE with the closest event there is */
function eventNamed(written: string): Event {
  const event = eventAliases[written] ?? migrationEventNames.find((name) => name === written);
  if (event !== undefined) return event;
  const closest = closestName(written, migrationEventNames);
  throw new ConfitureError(
    "CONFITURE_USAGE",
    `There is no phase \`${written}\`.${closest === undefined ? "" : ` Did you mean \`${closest}\`?`}`,
    { hint: `There are ${migrationEventNames.join(", ")}.` },
  );
}

/** Configs are checked whole, secrets and all; nothing is reached. */
async function sayWhatWouldFire(
  context: CliContext,
  flags: HooksTestFlags,
  event: Event,
  { terminal }: CommandTools,
): Promise<CommandResult> {
  const project = await readProject(context, flags);
  const migrations = await project.readMigrations();
  const { hooks } = await hooksOfProject(context, flags, project, { migrations, terminal });
  const fired = hooks.list(event).map(({ id, hook }): FiredHook => {
    const note = { migration: "rolled back behind it", own: "for real, on a connection of its own", none: "for real" }[
      hook.connection
    ];
    return { id, status: "would fire", durationMs: null, error: null, note };
  });
  return {
    document: { event, dryRun: true, status: "not fired", hooks: fired },
    lines: linesOf(event, fired, terminal),
  };
}

async function fire(
  context: CliContext,
  flags: HooksTestFlags,
  event: Event,
  tools: CommandTools,
): Promise<CommandResult> {
  const { terminal, signal } = tools;
  await using project = await openProject(context, flags, terminal);
  const { hooks, sources } = await hooksOfProject(context, flags, project, {
    migrations: await project.readMigrations(),
    terminal,
  });
  const kept = hooks.list(event).filter(({ id }) => sources.get(id)?.type === "restore_from_backup");
  // What somebody wrote since the backup would be gone: no test is worth that. The last first: who depends on one goes before it.
  for (const { id } of kept.toReversed()) hooks.unregister(id);
  const real = hooks.list(event).filter(({ hook }) => hook.connection !== "migration");
  if (real.length > 0)
    terminal.note(
      terminal.paint(
        "yellow",
        `${real.map(({ id }) => id).join(", ")}: fired for real, as no transaction of ours holds what they do.`,
      ),
    );
  const data = sampleEvent(event, await sampleFacts(project, flags, hooks));
  const outcome = await firePhase(project.database, hooks, {
    event,
    data,
    environment: flags.env ?? "local",
    signal,
    onProgress: (id, { done, total, unit }) =>
      terminal.status(`  ${id}: ${done}${total === undefined ? "" : ` of ${total}`} ${unit}`),
  });
  terminal.clearStatus();
  const note = "not fired: it would put a backup back, for real";
  const fired = [
    ...outcome.hooks,
    ...kept.map(({ id }): FiredHook => ({ id, status: "skipped", durationMs: null, error: null, note })),
  ];
  return {
    document: { event, dryRun: false, status: outcome.status, hooks: fired },
    lines: linesOf(event, fired, terminal),
    exitCode: fired.every(({ status }) => status === "completed" || status === "skipped") ? 0 : 1,
  };
}

/** The migration asked for, or the next one, or the last there is. */
async function sampleFacts(project: Project, flags: HooksTestFlags, hooks: MigrationHooks): Promise<SampleFacts> {
  const { ownSchema } = project.config.migrations;
  const direction = flags.down ? "down" : "up";
  const migrations = await project.readMigrations();
  const { pending } = await readStatus(project.database, { migrations, ownSchema });
  const asked = migrations.find(({ version }) => version === flags.migration);
  if (flags.migration !== undefined && asked === undefined)
    throw new ConfitureError("CONFITURE_VERSION_UNKNOWN", `There is no migration ${flags.migration}.`, {
      hint: "`confiture migrate status` lists them.",
    });
  const options = { migrations, ownSchema, hooks };
  const plan = await planMigrations(project.database, "up", options);
  await using session = await project.database.openSession();
  const schema = await readCatalog(session);
  return { migration: asked ?? pending[0] ?? migrations.at(-1), direction, plan, schema, source: flags.env ?? "local" };
}

function linesOf(event: string, fired: readonly FiredHook[], terminal: CommandTools["terminal"]): readonly string[] {
  return fired.length === 0 ? [`No hook stands at ${event}.`] : renderFired(fired, terminal);
}
