import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Finding, findingAt, type Inspection } from "./finding.js";
import type { Block } from "./read-blocks.js";
import { runProcess } from "./run-process.js";

export interface RunOptions {
  readonly root: string;
  /** Compiled JavaScript of the `ts run` blocks. */
  readonly programs: ReadonlyMap<Block, string>;
  /** The `confiture` program. */
  readonly confiture: string;
  /** An empty database for one block: its URL arrives as DATABASE_URL. */
  readonly openDatabase: () => Promise<string>;
}

/**
 * Runs the blocks marked `run`. Those of one page share a folder, so that a page can be followed from top to bottom:
 * empty, or a copy of the folder that `in=` names. `exit=1` says that a block is expected to end so.
 */
export async function runBlocks(blocks: readonly Block[], options: RunOptions): Promise<Inspection> {
  const scratch = mkdtempSync(join(tmpdir(), "confiture-docs-"));
  const findings: Finding[] = [];
  try {
    const bin = writeCommand(scratch, options.confiture);
    const databases = new Map<string, string>();
    for (const block of blocks) {
      const cwd = prepareFolder(scratch, block, options.root);
      const url = databases.get(cwd) ?? (await options.openDatabase());
      databases.set(cwd, url);
      const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, DATABASE_URL: url, CI: "1" };
      const problem = await runBlock(block, cwd, env, options);
      if (problem !== undefined) findings.push(findingAt(block, 0, problem));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { findings, counts: { "blocks run": blocks.length }, notInspected: [] };
}

async function runBlock(
  block: Block,
  cwd: string,
  env: NodeJS.ProcessEnv,
  options: RunOptions,
): Promise<string | undefined> {
  const program = options.programs.get(block);
  const [command, args] =
    program === undefined ? ["bash", ["-euo", "pipefail", "-c", block.text]] : [process.execPath, [program]];
  const { exitCode, stdout, stderr } = await runProcess(command as string, args as string[], { cwd, env });
  const expected = Number(block.settings.exit ?? 0);
  if (exitCode === expected) return undefined;
  return `ended with ${exitCode ?? "a kill after two minutes"}, not ${expected}\n${`${stdout}${stderr}`.trim().slice(-2_000)}`;
}

function prepareFolder(scratch: string, block: Block, root: string): string {
  const example = block.settings.in;
  const folder = join(scratch, `${block.file}:${example ?? "empty"}`.replace(/[^\w.-]+/g, "_"));
  if (mkdirSync(folder, { recursive: true }) === undefined || example === undefined) return folder;
  const notCopied = ["node_modules", ".confiture", "dist"];
  cpSync(join(root, example), folder, { recursive: true, filter: (path) => !notCopied.includes(basename(path)) });
  return folder;
}

/** `confiture`, and `npx confiture` and `npx @confiture/cli`, as they are after an install. */
function writeCommand(scratch: string, confiture: string): string {
  const bin = join(scratch, "bin");
  mkdirSync(bin);
  const direct = `#!/bin/sh\nexec "${process.execPath}" "${confiture}" "$@"\n`;
  const npx = `#!/bin/sh\n[ "$1" = --yes ] && shift\ncase "$1" in confiture|@confiture/cli*) shift; exec "${process.execPath}" "${confiture}" "$@";; esac\necho "npx $1: not part of this check" >&2\nexit 127\n`;
  for (const [name, text] of [
    ["confiture", direct],
    ["npx", npx],
  ] as const) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
