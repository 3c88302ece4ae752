import { basename, relative } from "node:path";
import {
  type Migration,
  type MigrationStatus,
  type Repair,
  readStatus,
  renumberMigration,
  repair,
} from "@confiture/migrator";
import { ConfitureError, isConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { errorDocument, errorLines } from "../output/print-error.js";
import { type CommandResult, runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { openProject, type Project } from "../project/open-project.js";
import { runOptionsOf } from "../project/run-options-of.js";

export interface MigrateRepairFlags extends GlobalFlags {
  readonly acceptChanged?: string;
  readonly restore?: string;
  readonly forget?: string;
  readonly renumber?: string;
  readonly markFinished?: string;
  readonly markNotStarted?: string;
}

export async function runMigrateRepair(this: CliContext, flags: MigrateRepairFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal }) => {
    if (flags.renumber !== undefined) return await renumber(this, flags, flags.renumber, terminal);
    await using project = await openProject(this, flags, terminal);
    const decision = decisionOf(flags, project);
    if (decision === undefined) return await listProblems(project, terminal);
    const outcome = await repair(project.database, decision, {
      ...runOptionsOf(project, {}),
      migrations: decision.kind === "restore" ? await filesThatCanBeRead(project) : await project.readMigrations(),
    });
    return {
      document: outcome,
      lines: [`${outcome.version}: ${outcome.done}`, ...outcome.files.map((file) => `Wrote ${project.shown(file)}`)],
    };
  });
}

/** A folder with a half-lost pair cannot be read, and is what is to be restored: then all of the record counts as lost. */
async function filesThatCanBeRead(project: Project): Promise<readonly Migration[]> {
  try {
    return await project.readMigrations();
  } catch (error) {
    if (isConfitureError(error) && error.code === "CONFITURE_MIGRATION_INVALID") return [];
    throw error;
  }
}

function decisionOf(flags: MigrateRepairFlags, project: Project): Repair | undefined {
  const decisions: Repair[] = [
    ...(flags.acceptChanged === undefined ? [] : [{ kind: "accept-changed", version: flags.acceptChanged } as const]),
    ...(flags.restore === undefined
      ? []
      : [{ kind: "restore", version: flags.restore, directory: project.migrationsDirectory } as const]),
    ...(flags.forget === undefined ? [] : [{ kind: "forget", version: flags.forget } as const]),
    ...(flags.markFinished === undefined ? [] : [{ kind: "mark-finished", version: flags.markFinished } as const]),
    ...(flags.markNotStarted === undefined
      ? []
      : [{ kind: "mark-not-started", version: flags.markNotStarted } as const]),
  ];
  if (decisions.length > 1)
    throw new ConfitureError("CONFITURE_USAGE", "One repair at a time.", {
      hint: "Pass one of the flags, look at the result, and go on.",
    });
  return decisions[0];
}

/** The database is asked whether the migration is applied: such a one is never renamed. Two files of one version may be. */
async function renumber(
  context: CliContext,
  flags: MigrateRepairFlags,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  await using project = await openProject(context, flags, terminal);
  const { ownSchema } = project.config.migrations;
  // Without the files: two of one version could not be read.
  const { applied } = await readStatus(project.database, { migrations: [], ownSchema });
  const path = project.pathOf(file);
  const row = applied.find((migration) => stemOf(migration.file) === stemOf(path));
  if (row !== undefined) {
    throw new ConfitureError("CONFITURE_USAGE", `${file} is applied to this database as ${row.version}_${row.name}.`, {
      hint: "Only a migration that is not applied gets another version. Rename the other file, or undo this one first.",
    });
  }
  const renamed = renumberMigration(path, project.versionsInFolder(), new Date());
  const lines = renamed.from.map(
    (from, index) => `Renamed ${relative(project.root, from)} to ${relative(project.root, renamed.to[index] ?? "")}`,
  );
  return { document: renamed, lines };
}

/** Up and down are one migration. */
function stemOf(file: string): string {
  return basename(file).replace(/\.(up|down)\.sql$/, "");
}

async function listProblems(project: Project, terminal: Terminal): Promise<CommandResult> {
  try {
    const status = await readStatus(project.database, {
      migrations: await project.readMigrations(),
      ownSchema: project.config.migrations.ownSchema,
    });
    const problems = problemsOf(status);
    return {
      document: { problems },
      lines:
        problems.length === 0
          ? ["Files and record agree; there is nothing to repair."]
          : problems.flatMap(({ what, choices }) => [
              `${terminal.paint("yellow", "!")} ${what}`,
              ...choices.map((choice) => `    ${choice}`),
            ]),
      exitCode: problems.length === 0 ? 0 : 1,
    };
  } catch (error) {
    if (!isConfitureError(error) || error.code !== "CONFITURE_VERSION_DUPLICATE") throw error;
    return {
      document: { problems: [{ what: error.message, choices: [error.hint] }], error: errorDocument(error) },
      lines: errorLines(error, terminal.color),
      exitCode: 1,
    };
  }
}

interface Problem {
  readonly what: string;
  readonly choices: readonly string[];
}

function problemsOf(status: MigrationStatus): readonly Problem[] {
  const command = "confiture migrate repair";
  return [
    ...status.changed.map(({ applied, migration }) => ({
      what: `${migration.file} was edited after it was applied.`,
      choices: [
        "Restore the file, or:",
        `${command} --accept-changed ${applied.version}   the database already is as the file says now`,
      ],
    })),
    ...status.missing.map((row) => ({
      what: `${row.version}_${row.name} is applied, and its file is gone.`,
      choices: [
        `${command} --restore ${row.version}   write it back from the copy kept`,
        `${command} --forget ${row.version}    drop it from the record`,
      ],
    })),
    ...status.outOfOrder.map((migration) => ({
      what: `${migration.file} was merged late: a newer migration is applied.`,
      choices: [
        "confiture migrate up --allow-out-of-order   the order does not matter",
        `${command} --renumber ${migration.file}   give it a newer version`,
      ],
    })),
    ...status.underWay.map((row) => ({
      what: `${row.version}_${row.name} is ${row.state === "applying" ? "applied" : "undone"} in part.`,
      choices: [
        "confiture migrate resume   finish it",
        `${command} --forget ${row.version}   drop it from the record; the database is left as it is`,
      ],
    })),
  ];
}
