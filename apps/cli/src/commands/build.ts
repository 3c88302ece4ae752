import { writeFileSync } from "node:fs";
import { applyBuild, recordBuild, type SchemaBuild } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount, formatDuration } from "../output/durations.js";
import { type CommandResult, runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { openProject, type ProjectFiles, readProject } from "../project/open-project.js";
import { runOptionsOf } from "../project/run-options-of.js";

export interface BuildCommandFlags extends GlobalFlags {
  readonly schema?: string;
  readonly order?: "listed" | "dependencies";
  readonly out?: string;
  readonly apply: boolean;
}

export async function runBuild(this: CliContext, flags: BuildCommandFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal }) => {
    const files = await readProject(this, flags);
    const build = await files.buildSchema(flags);
    for (const note of build.notes) terminal.note(terminal.paint("yellow", note));
    if (flags.out !== undefined) writeScript(files, flags.out, build);
    if (flags.apply) return applyToEnvironment(this, flags, build, terminal);
    const document = buildDocument(build, { out: flags.out ?? null, applied: false });
    if (flags.out !== undefined)
      return {
        document,
        lines: [`Wrote ${formatCount(build.files.length, "file")} to ${flags.out}. Hash ${build.hash}.`],
      };
    return { document: { ...document, script: build.script }, lines: [build.script.trimEnd()] };
  });
}

async function applyToEnvironment(
  context: CliContext,
  flags: BuildCommandFlags,
  build: SchemaBuild,
  terminal: Terminal,
): Promise<CommandResult> {
  await using project = await openProject(context, flags, terminal);
  await using session = await project.database.openSession();
  const started = performance.now();
  await applyBuild(session, build, { onProgress: ({ file }) => terminal.status(`  ${file}`) });
  const { catalogHash } = await recordBuild(project.database, build.script, runOptionsOf(project, {}));
  const durationMs = performance.now() - started;
  return {
    document: buildDocument(build, { out: flags.out ?? null, applied: true, catalogHash, durationMs }),
    lines: [
      `Built ${formatCount(build.files.length, "file")} into ${project.database.name} in ${formatDuration(durationMs)}. Hash ${build.hash}.`,
    ],
  };
}

function buildDocument(build: SchemaBuild, more: Record<string, unknown>): Record<string, unknown> {
  return { files: build.files, hash: build.hash, notes: build.notes, ...more };
}

function writeScript(files: ProjectFiles, out: string, build: SchemaBuild): void {
  try {
    writeFileSync(files.pathOf(out), build.script);
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_FILE_UNREADABLE",
      `\`${out}\` cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: "Name a file in a folder that exists and may be written to.", cause },
    );
  }
}
