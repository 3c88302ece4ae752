import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runProcess } from "./run-process.js";

const confiture = fileURLToPath(new URL("../../../apps/cli/dist/bin.js", import.meta.url));

interface HelpScreen {
  readonly path: readonly string[];
  readonly text: string;
}

/** docs/reference/commands.md: the help of every command, as the command prints it. */
export async function renderCommandsPage(): Promise<string> {
  if (!existsSync(confiture)) throw new Error("the command is not built: run `pnpm build` first");
  const screens = await readHelp([]);
  return [
    "# The command",
    "",
    "Results go to stdout, everything else to stderr. With `--format json` a command prints exactly one JSON document. It ends",
    "with 0 when all is well, 1 when a check found something, 2 for a mistake of the caller, 3 when the database refused or failed,",
    "4 when somebody else holds the migration lock, 130 when it was interrupted.",
    ...screens.flatMap(({ path, text }) => [
      "",
      `## ${["confiture", ...path].join(" ")}`,
      "",
      "```text",
      text.trim(),
      "```",
    ]),
    "",
  ].join("\n");
}

/** A command's own help, then that of the commands it lists, in its order. */
async function readHelp(path: readonly string[]): Promise<readonly HelpScreen[]> {
  const { exitCode, stdout, stderr } = await runProcess(process.execPath, [confiture, ...path, "--help"]);
  if (exitCode !== 0) throw new Error(`confiture ${path.join(" ")} --help ends with ${exitCode}: ${stderr}`);
  const below: HelpScreen[] = [];
  for (const name of listedCommands(stdout)) below.push(...(await readHelp([...path, name])));
  return [{ path, text: stdout }, ...below];
}

/** The names under COMMANDS; a line that goes on with a description is indented deeper than a name. */
export function listedCommands(help: string): readonly string[] {
  const [, section = ""] = help.split(/^COMMANDS$/m);
  const lines = section.split(/\n\n|\n(?=[A-Z])/)[0]?.split("\n") ?? [];
  return lines.flatMap((line) => /^ {2}([a-z][\w-]*)\s/.exec(line)?.[1] ?? []);
}
