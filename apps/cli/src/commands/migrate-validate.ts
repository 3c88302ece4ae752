import { proveStairway, type Stair, type ValidatedMigration, validateMigrations } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount } from "../output/durations.js";
import { errorDocument, errorLines } from "../output/print-error.js";
import { type CommandResult, runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { hooksOutsideRuns } from "../project/hooks-of-project.js";
import { openProject, readProject } from "../project/open-project.js";
import { validateAgainst } from "../project/validate-against.js";

export interface MigrateValidateFlags extends GlobalFlags {
  readonly stairway: boolean;
  readonly base: "empty" | "ddl";
  readonly against?: string;
}

export async function runMigrateValidate(this: CliContext, flags: MigrateValidateFlags): Promise<void> {
  await runCommand(this, flags, async (tools) => {
    const { terminal, signal } = tools;
    const project = await readProject(this, flags);
    const migrations = await project.readMigrations();
    const events = ["before_validate", "after_validate"] as const;
    const validated = await validateMigrations({
      ...(await hooksOutsideRuns(this, flags, project, { migrations, terminal, events })),
      migrations,
    });
    const read = renderValidated(validated, terminal);
    if (read.exitCode !== 0) return read;
    if (flags.against !== undefined) {
      if (flags.stairway) throw oneOfBoth();
      return validateAgainst(this, flags, flags.against, tools);
    }
    if (!flags.stairway) return read;
    await using open = await openProject(this, flags, terminal);
    const stairs = await proveStairway({
      migrations: await open.readMigrations(),
      ownSchema: open.config.migrations.ownSchema,
      shadow: open.shadow,
      signal,
      ...(flags.base === "ddl" ? { script: (await open.buildSchema({})).script } : {}),
      onProgress: (event) => {
        if (event.kind === "migration-started") terminal.status(`  ${event.direction} ${event.version} ${event.name}`);
      },
    });
    return renderStairs(stairs, validated.length, terminal);
  });
}

function oneOfBoth(): ConfitureError {
  return new ConfitureError("CONFITURE_USAGE", "--stairway and --against prove different things: choose one.", {
    hint: "--stairway proves each way back; --against holds where all migrations lead against an environment.",
  });
}

function renderValidated(validated: readonly ValidatedMigration[], terminal: Terminal): CommandResult {
  const broken = validated.filter(({ error }) => error !== null);
  const document = {
    migrations: validated.map((one) => ({ ...one, error: one.error === null ? null : errorDocument(one.error) })),
    valid: broken.length === 0,
  };
  const lines = validated.flatMap((one) =>
    one.error === null
      ? [
          `${terminal.paint("green", "✓")} ${one.version} ${one.name}  ${terminal.paint("dim", `${formatCount(one.statements, "statement")} in ${formatCount(one.segments, "transaction or step", "transactions or steps")}`)}${one.reversible ? "" : terminal.paint("yellow", "  irreversible")}`,
        ]
      : [`${terminal.paint("red", "✗")} ${one.version} ${one.name}`, ...errorLines(one.error, terminal.color)],
  );
  return {
    document,
    lines: lines.length === 0 ? ["There are no migrations."] : lines,
    exitCode: broken.length === 0 ? 0 : 2,
  };
}

function renderStairs(stairs: readonly Stair[], planned: number, terminal: Terminal): CommandResult {
  const failed = stairs.some(({ verdict }) => verdict === "failed");
  const document = {
    stairway: stairs.map((stair) => ({ ...stair, error: stair.error === null ? null : errorDocument(stair.error) })),
    notReached: planned - stairs.length,
    proven: !failed,
  };
  const marks = {
    proven: terminal.paint("green", "✓"),
    irreversible: terminal.paint("yellow", "–"),
    failed: terminal.paint("red", "✗"),
  };
  const words = {
    proven: "up, down, same schema, up, same schema",
    irreversible: "irreversible: there is no way back to prove",
    failed: "",
  };
  const lines = stairs.flatMap((stair) => [
    `${marks[stair.verdict]} ${stair.version} ${stair.name}  ${words[stair.verdict]}`,
    ...(stair.error === null ? [] : errorLines(stair.error, terminal.color)),
  ]);
  if (planned > stairs.length)
    lines.push("", `${formatCount(planned - stairs.length, "migration")} behind it not reached.`);
  return { document, lines, exitCode: failed ? 1 : 0 };
}
