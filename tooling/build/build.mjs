// Builds every published package: JavaScript by tsup (one entry for each entry of `exports`), types by tsc.
// One preset, no per-package build configuration: what a package publishes is what its package.json says.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

function publishedPackages() {
  return ["packages", "apps"].flatMap((room) =>
    readdirSync(join(root, room))
      .map((name) => join(root, room, name))
      .filter((folder) => existsSync(join(folder, "package.json"))),
  );
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function entriesOf(folder) {
  const manifest = manifestOf(folder);
  const sources = Object.values(manifest.exports ?? {}).map((entry) => entry["@confiture/source"]);
  const binaries = Object.values(manifest.bin ?? {}).map((file) =>
    file.replace("dist/", "src/").replace(/\.js$/, ".ts"),
  );
  const entry = {};
  for (const source of [...sources, ...binaries].filter(Boolean)) {
    entry[source.replace("./src/", "").replace(/\.ts$/, "")] = join(folder, source);
  }
  return entry;
}

/** Chunks carry a hash in their names: without this, those of earlier builds would be published too. */
function removeOldChunks(dist) {
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist)) if (/^[\w-]+-[A-Z0-9]{8}\.js$/.test(name)) rmSync(join(dist, name));
}

/** tsup prints a line for each file; we print one for all. */
async function buildJavaScript(folder) {
  process.chdir(folder);
  removeOldChunks(join(folder, "dist"));
  await build({
    config: false,
    entry: entriesOf(folder),
    format: ["esm"],
    target: "node20",
    platform: "node",
    outDir: join(folder, "dist"),
    splitting: true,
    sourcemap: false,
    dts: false,
    clean: false,
    silent: true,
    tsconfig: join(folder, "tsconfig.json"),
    define: { confitureVersion: JSON.stringify(manifestOf(folder).version) },
    // Dependencies stay outside; devDependencies that the code imports go inside, with their licences beside them:
    // somebody waits for an application to start, and two hundred small files take longer to read than one.
    esbuildPlugins: [collectLicences(join(folder, "dist"))],
    esbuildOptions(options) {
      // Its ES modules: CommonJS inside an ES module would lose its named exports.
      options.alias = { yaml: yamlModules };
    },
  });
}

const yamlModules = createRequire(join(root, "packages/config/package.json"))
  .resolve("yaml/package.json")
  .replace("package.json", "browser/index.js");

/** Writes the licences of the packages that were taken in to `dist/third-party-licenses.md`. */
function collectLicences(dist) {
  return {
    name: "collect-licences",
    setup(run) {
      run.initialOptions.metafile = true;
      run.onEnd(({ metafile }) => {
        const file = join(dist, "third-party-licenses.md");
        rmSync(file, { force: true });
        const folders = Object.keys(metafile?.inputs ?? {}).flatMap(
          (path) => /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
        );
        const sections = [...new Set(folders)].sort().map((path) => licenceOf(resolve(root, path)));
        if (sections.length === 0) return;
        mkdirSync(dist, { recursive: true });
        writeFileSync(file, sections.join("\n"));
      });
    },
  };
}

function licenceOf(folder) {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no licence file to publish with the code taken in`);
  return `## ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/** `confiture demo` plays on a copy of the example, published with the command. */
function bundleDemoProject() {
  const bundle = join(root, "apps/cli/dist/demo-project");
  const example = join(root, "examples/printoptim");
  rmSync(bundle, { recursive: true, force: true });
  cpSync(join(example, "confiture.yaml"), join(bundle, "project/confiture.yaml"));
  cpSync(join(example, "db/0_schema"), join(bundle, "project/db/0_schema"), { recursive: true });
  cpSync(join(root, "apps/cli/demo"), join(bundle, "chapters"), { recursive: true });
}

/** The JSON Schemas of the command's documents are published with it. */
function copyDocumentSchemas() {
  const copy = join(root, "apps/cli/dist/schemas");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, "apps/cli/schemas"), copy, { recursive: true });
}

function buildTypes() {
  const tsc = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace("package.json", "bin/tsc");
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, "-b", join(root, "tsconfig.json")], { stdio: "inherit", cwd: root });
    child.on("exit", (code) => (code === 0 ? done() : failed(new Error(`tsc exited with ${code}`))));
  });
}

const started = performance.now();
const folders = publishedPackages();
const typesBuilt = process.argv.includes("--no-types") ? undefined : buildTypes();
// tsup resolves entries from the working directory, so packages are built one after another.
for (const folder of folders) await buildJavaScript(folder);
bundleDemoProject();
copyDocumentSchemas();
await typesBuilt;
process.stderr.write(`built ${folders.length} packages in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
