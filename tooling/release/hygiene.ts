// Packs every published package and checks what people would get; ends with 1 when something is wrong with one.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runProcess } from "../docs/src/run-process.js";
import { checkBundle } from "./src/check-bundle.js";
import { checkContents } from "./src/check-contents.js";
import { checkInstall } from "./src/check-install.js";
import { type PackedPackage, packPackage } from "./src/pack-package.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(here, "../..");
const scratch = mkdtempSync(join(tmpdir(), "confiture-hygiene-"));
const started = performance.now();

async function runTool(name: string, args: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runProcess(join(here, "node_modules/.bin", name), args);
  return exitCode === 0 ? [] : [`${name} ends with ${exitCode}\n${`${stdout}${stderr}`.trim()}`];
}

async function checkPackage(packed: PackedPackage, all: readonly PackedPackage[]): Promise<readonly string[]> {
  const [linted, typed, installed] = await Promise.all([
    runTool("publint", ["run", packed.tarball, "--strict"]),
    runTool("attw", [packed.tarball, "--profile", "esm-only", "--no-emoji", "--no-color"]),
    checkInstall(packed, all, join(scratch, "install", packed.name)),
  ]);
  const bundled = installed.length > 0 ? [] : await checkBundle(packed.name, join(scratch, "install", packed.name));
  return [...checkContents(packed.files, packed.manifest), ...linted, ...typed, ...installed, ...bundled];
}

let wrong = 0;
try {
  const folders = ["packages", "apps"].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => join(root, kind, name)),
  );
  const all: PackedPackage[] = [];
  for (const folder of folders) all.push(await packPackage(folder, scratch));
  for (const packed of all) {
    const findings = await checkPackage(packed, all);
    wrong += findings.length;
    console.error(
      `${packed.name}: ${packed.files.length} files, ${findings.length === 0 ? "fine" : `${findings.length} findings`}`,
    );
    for (const finding of findings) console.error(`  ${finding.replaceAll("\n", "\n    ")}`);
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.error(`${all.length} packages packed, linted, typed and installed alone in ${seconds} s, ${wrong} findings`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (wrong > 0) process.exitCode = 1;
