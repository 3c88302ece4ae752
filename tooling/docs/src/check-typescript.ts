import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findingAt, type Inspection } from "./finding.js";
import type { Block } from "./read-blocks.js";
import { runProcess } from "./run-process.js";

export interface TypeScriptOptions {
  /** Extracted below this folder, so that packages resolve as they do from there. */
  readonly folder: string;
  /** Path of the tsc program. */
  readonly tsc: string;
}

export interface CompiledBlocks extends Inspection {
  /** Where each block's JavaScript is. */
  readonly programs: ReadonlyMap<Block, string>;
}

const compilerOptions = {
  target: "ES2022",
  lib: ["ES2023", "ESNext.Disposable"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  rootDir: "source",
  outDir: "program",
};

/** Type-checks every block as a module of its own, in one run of tsc, against the built packages. */
export async function checkTypeScript(blocks: readonly Block[], options: TypeScriptOptions): Promise<CompiledBlocks> {
  const names = new Map(blocks.map((block, index) => [`block-${index}.${block.language}`, block]));
  const programs = new Map(
    [...names].map(([name, block]) => [block, join(options.folder, "program", name.replace(/ts$/, "js"))]),
  );
  if (blocks.length === 0) return { findings: [], counts: {}, notInspected: [], programs };
  rmSync(options.folder, { recursive: true, force: true });
  mkdirSync(join(options.folder, "source"), { recursive: true });
  // Blocks are modules also when they import nothing: each is its own scope.
  for (const [name, block] of names) writeFileSync(join(options.folder, "source", name), `${block.text}\nexport {};\n`);
  writeFileSync(join(options.folder, "package.json"), '{ "type": "module" }\n');
  const config = { compilerOptions, files: [...names.keys()].map((name) => `source/${name}`) };
  writeFileSync(join(options.folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout, stderr, exitCode } = await runProcess(
    process.execPath,
    [options.tsc, "-p", ".", "--pretty", "false"],
    {
      cwd: options.folder,
    },
  );
  const findings = readComplaints(`${stdout}\n${stderr}`, names);
  if (exitCode !== 0 && findings.length === 0) throw new Error(`tsc ended with ${exitCode}: ${stdout}${stderr}`);
  return { findings, counts: { "blocks type-checked": blocks.length }, notInspected: [], programs };
}

function readComplaints(output: string, names: ReadonlyMap<string, Block>) {
  return [...output.matchAll(/^source\/(block-\d+\.[tj]s)\((\d+),\d+\): (.*)$/gm)].map(([, name, line, message]) => {
    const block = names.get(name ?? "");
    if (block === undefined) throw new Error(`tsc complains about a file nobody wrote: ${name}`);
    return findingAt(block, Number(line) - 1, message ?? "");
  });
}
