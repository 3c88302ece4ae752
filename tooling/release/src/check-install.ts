import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProcessResult, runProcess } from "../../docs/src/run-process.js";
import type { PackedPackage } from "./pack-package.js";

/**
 * Installs a package into an empty folder with npm, with nothing but its own dependencies, and loads every entry of it from plain
 * JavaScript. An entry that needs an optional peer may fail by naming it, and must load once the peers are there.
 */
export async function checkInstall(
  packed: PackedPackage,
  all: readonly PackedPackage[],
  folder: string,
): Promise<readonly string[]> {
  const optional = Object.keys(packed.manifest.peerDependencies ?? {});
  const refused = await install(folder, tarballsFor([packed.name], all), {});
  if (refused !== undefined) return [refused];
  const entries = Object.keys(packed.manifest.exports).map((entry) => join(packed.name, entry));
  const first = await Promise.all(entries.map((entry) => load(entry, folder)));
  const waiting = entries.filter((entry, index) => entry !== packed.name && needsOneOf(first[index], optional));
  const failed = entries.flatMap((entry, index) =>
    waiting.includes(entry) ? [] : (complaint(entry, first[index]) ?? []),
  );
  const binaries = await Promise.all(Object.keys(packed.manifest.bin ?? {}).map((name) => checkBinary(name, folder)));
  const later = waiting.length === 0 ? [] : await loadWithPeers(packed, { all, folder, waiting });
  return [...failed, ...binaries.flatMap((problem) => problem ?? []), ...later];
}

interface Waiting {
  readonly all: readonly PackedPackage[];
  readonly folder: string;
  readonly waiting: readonly string[];
}

async function loadWithPeers(packed: PackedPackage, { all, folder, waiting }: Waiting): Promise<readonly string[]> {
  const peers = packed.manifest.peerDependencies ?? {};
  const own = Object.keys(peers).filter((name) => all.some((one) => one.name === name));
  const others = Object.fromEntries(Object.entries(peers).filter(([name]) => !own.includes(name)));
  const refused = await install(folder, tarballsFor([packed.name, ...own], all), others);
  if (refused !== undefined) return [refused];
  const loaded = await Promise.all(waiting.map((entry) => load(entry, folder)));
  return waiting.flatMap((entry, index) => complaint(`${entry}, its peers installed,`, loaded[index]) ?? []);
}

/** The packages and everything of ours they depend on. */
function tarballsFor(names: readonly string[], all: readonly PackedPackage[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const add = (name: string): void => {
    const packed = all.find((one) => one.name === name);
    if (packed === undefined || found.has(name)) return;
    found.set(name, `file:${packed.tarball}`);
    Object.keys(packed.manifest.dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return Object.fromEntries(found);
}

async function install(
  folder: string,
  tarballs: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  // Overrides keep npm from asking a registry for a version of ours that is not published yet.
  const manifest = { private: true, dependencies: { ...tarballs, ...others }, overrides: tarballs };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  const { exitCode, stderr } = await runProcess("npm", ["install", ...flags], { cwd: folder });
  return exitCode === 0 ? undefined : `npm install ends with ${exitCode}: ${stderr.trim()}`;
}

/** Both ways a plain JavaScript file can load a module; Node 20.19 and later can `require` ours. */
function load(entry: string, folder: string): Promise<ProcessResult> {
  const name = JSON.stringify(entry);
  const script = `const { deepEqual, ok } = require("node:assert"); import(${name}).then((module) => { ok(Object.keys(module).length > 0, "exports nothing"); deepEqual(Object.keys(require(${name})), Object.keys(module)); })`;
  return runProcess(process.execPath, ["--no-warnings", "-e", script], { cwd: folder });
}

function complaint(entry: string, result: ProcessResult | undefined): string | undefined {
  if (result?.exitCode === 0) return undefined;
  return `${entry} cannot be loaded from an install of its own: ${result?.stderr.trim().split("\n").slice(0, 12).join("\n")}`;
}

function needsOneOf(result: ProcessResult | undefined, names: readonly string[]): boolean {
  if (result === undefined || result.exitCode === 0) return false;
  return names.some((name) => result.stderr.includes(`Cannot find package '${name}'`));
}

async function checkBinary(name: string, folder: string): Promise<string | undefined> {
  const program = join(folder, "node_modules/.bin", name);
  if (!existsSync(program)) return `an install of its own brings no command ${name}`;
  const { exitCode, stderr } = await runProcess(program, ["--version"], { cwd: folder });
  return exitCode === 0 ? undefined : `${name} --version ends with ${exitCode}: ${stderr.trim()}`;
}
