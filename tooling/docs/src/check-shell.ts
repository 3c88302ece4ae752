import { type Finding, findingAt, type Inspection } from "./finding.js";
import type { Block } from "./read-blocks.js";
import { readCommands, type ShellCommand } from "./read-commands.js";
import type { ProcessResult } from "./run-process.js";

export interface ShellDependencies {
  /** Runs `confiture` with these arguments; used for `--help` alone. */
  readonly confiture: (args: readonly string[]) => Promise<ProcessResult>;
  /** Names under `scripts` in the workspace's package.json. */
  readonly scripts: readonly string[];
}

const pnpmCommands = [
  "install",
  "i",
  "add",
  "remove",
  "exec",
  "dlx",
  "run",
  "pack",
  "publish",
  "create",
  "why",
  "update",
];

/** Holds every `confiture` and `pnpm` command of the blocks against the command's own help and our scripts. */
export async function checkShell(blocks: readonly Block[], dependencies: ShellDependencies): Promise<Inspection> {
  const helpOf = rememberHelp(dependencies.confiture);
  const findings: Finding[] = [];
  const notInspected = new Set<string>();
  let commands = 0;
  for (const block of blocks) {
    for (const command of readCommands(block.text)) {
      const read = classify(command);
      if (read.kind === "other") {
        notInspected.add(`the command ${command.words[0]}`);
        continue;
      }
      commands += 1;
      const problem =
        read.kind === "pnpm" ? checkPnpm(read.args, dependencies.scripts) : await checkConfiture(read.args, helpOf);
      if (problem !== undefined) findings.push(findingAt(block, command.offset, problem));
    }
  }
  return { findings, counts: { "commands held against --help": commands }, notInspected: [...notInspected].sort() };
}

type Classified =
  | { readonly kind: "confiture" | "pnpm"; readonly args: readonly string[] }
  | { readonly kind: "other" };

const packageRunners: readonly (readonly string[])[] = [["npx"], ["pnpm", "exec"], ["pnpm", "dlx"], ["pnpm"]];

/** Sees through `npx --yes @confiture/cli …`, `npx pnpm@12 confiture …` and their kin. */
function classify({ words }: ShellCommand): Classified {
  const plain = words.filter((word, index) => !(index > 0 && ["--yes", "-y", "--silent", "-s", "--"].includes(word)));
  const isNpxPnpm = plain[0] === "npx" && /^pnpm(@|$)/.test(plain[1] ?? "");
  const called = isNpxPnpm ? ["pnpm", ...plain.slice(2)] : plain;
  for (const runner of [[], ...packageRunners]) {
    if (!runner.every((word, index) => called[index] === word)) continue;
    if (/^(confiture|@confiture\/cli)(@[\w.-]+)?$/.test(called[runner.length] ?? ""))
      return { kind: "confiture", args: called.slice(runner.length + 1) };
  }
  return called[0] === "pnpm" ? { kind: "pnpm", args: called.slice(1) } : { kind: "other" };
}

function checkPnpm(args: readonly string[], scripts: readonly string[]): string | undefined {
  const [name, script] = args.filter((arg) => !arg.startsWith("-"));
  if (name === undefined) return "pnpm is called with nothing to do";
  const wanted = name === "run" ? script : name;
  if (wanted !== undefined && (scripts.includes(wanted) || (name !== "run" && pnpmCommands.includes(name))))
    return undefined;
  return `there is no script ${wanted ?? "behind pnpm run"}`;
}

type HelpOf = (path: readonly string[]) => Promise<ProcessResult>;

function rememberHelp(confiture: ShellDependencies["confiture"]): HelpOf {
  const known = new Map<string, Promise<ProcessResult>>();
  return (path) => {
    const key = path.join(" ");
    const help = known.get(key) ?? confiture([...path, "--help"]);
    known.set(key, help);
    return help;
  };
}

/** Follows the words down the tree of commands, then looks each flag up in the help of the command reached. */
async function checkConfiture(args: readonly string[], helpOf: HelpOf): Promise<string | undefined> {
  const path: string[] = [];
  let help = await helpOf(path);
  if (help.exitCode !== 0) return `confiture --help ends with ${help.exitCode}: ${help.stderr.trim()}`;
  const words = args.filter((arg) => !arg.startsWith("-"));
  while (listsCommands(help) && words.length > path.length) {
    const next = [...path, words[path.length] ?? ""];
    const below = await helpOf(next);
    if (below.exitCode !== 0) return `there is no command: confiture ${next.join(" ")}`;
    path.push(words[path.length] ?? "");
    help = below;
  }
  const flags = args
    .slice(0, args.includes("--") ? args.indexOf("--") : undefined)
    .filter((arg) => /^--?[a-z]/i.test(arg));
  const unknown = flags.map((flag) => flag.replace(/=.*/s, "")).find((flag) => !names(help.stdout, flag));
  return unknown === undefined ? undefined : `${["confiture", ...path].join(" ")} has no flag ${unknown}`;
}

function listsCommands(help: ProcessResult): boolean {
  return /^COMMANDS$/m.test(help.stdout);
}

/** `--no-color` is also in a help text that shows `--color/--noColor` as one. */
function names(help: string, flag: string): boolean {
  if (["--help", "-h", "--version", "-v"].includes(flag)) return true;
  return new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(help);
}
