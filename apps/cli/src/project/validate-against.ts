import { readMigrationsCatalog, readStatus } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import { compareCatalogs } from "@confiture/schema";
import type { CliContext } from "../context.js";
import { differenceDocument } from "../diff/difference-document.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount } from "../output/durations.js";
import { renderDifferences } from "../output/render-differences.js";
import type { CommandResult, CommandTools } from "../output/run-command.js";
import { openSideReader } from "../sides/read-sides.js";
import type { Side } from "../sides/side.js";

export interface ValidateAgainstFlags extends GlobalFlags {
  readonly base: "empty" | "ddl";
}

/** `migrate validate --against E`: the migrations, from nothing or from the DDL, lead to the environment's schema. */
export async function validateAgainst(
  context: CliContext,
  flags: ValidateAgainstFlags,
  name: string,
  tools: CommandTools,
): Promise<CommandResult> {
  const { terminal, signal } = tools;
  const side: Side = { kind: "environment", name, shown: `env:${name}` };
  await using reader = await openSideReader(context, { ...flags, env: flags.env ?? name }, [side], tools);
  const project = await reader.environment(name);
  const { ownSchema } = project.config.migrations;
  const migrations = await project.readMigrations();
  const script = flags.base === "ddl" ? { script: (await project.buildSchema({})).script } : {};
  if (migrations.length === 0)
    throw new ConfitureError("CONFITURE_NOTHING_INSPECTED", "There are no migrations: they lead nowhere.", {
      hint: "An environment that was built from DDL is held against it by `confiture drift`.",
    });
  const { pending } = await readStatus(project.database, { migrations, ownSchema });
  const live = (await reader.live(side))!;
  terminal.status("  applying the migrations to a shadow database");
  const version = Math.floor(live.serverVersion / 10_000);
  const wanted = await readMigrationsCatalog({
    migrations,
    ...script,
    ownSchema,
    shadow: reader.shadow,
    version,
    signal,
  });
  terminal.clearStatus();
  // The shadow was made by whoever may make databases: who owns what says nothing.
  const differences = compareCatalogs(wanted, live, { ignoreOwners: true });
  const notInspected = [
    ...[...wanted.unsupported, ...live.unsupported].map(({ kind, name: object }) => `${kind} ${object}`),
    "owners",
  ];
  for (const what of notInspected) terminal.remark(`${terminal.paint("yellow", "not inspected")} ${what}`);
  if (pending.length > 0)
    terminal.remark(
      `${terminal.paint("yellow", "note")} ${formatCount(pending.length, "migration is", "migrations are")} not applied to ${name}: what they do is missing there.`,
    );
  return {
    document: {
      against: name,
      base: flags.base,
      migrations: migrations.length,
      pending: pending.map((migration) => migration.version),
      differences: differences.map(differenceDocument),
      notInspected,
      valid: differences.length === 0,
    },
    lines:
      differences.length === 0
        ? [
            `${formatCount(migrations.length, "migration leads", "migrations lead")} to the schema of ${name}, as far as it was inspected.`,
          ]
        : renderDifferences(differences, {
            terminal,
            added: "not from the migrations",
            removed: "missing",
            changed: "different",
          }),
    exitCode: differences.length === 0 ? 0 : 1,
  };
}
