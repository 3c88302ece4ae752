// `confiture build` over the generated 1,256-file project, next to what no build can go below: starting Node, reading the
// same files and hashing them; and `cat`. In turns, on the same files. Asserts nothing about time.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generatePrintoptim, writeProject } from "./generate-printoptim.mjs";
import { describeMachine } from "./measure/describe-machine.mjs";
import { measureCommand } from "./measure/measure-command.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { shuffle, summarize } from "./measure/summarize.mjs";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "20" }, json: { type: "string" } },
});
const runs = Number(flags.runs);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError("--runs takes a whole number from 1 on");

const confiture = fileURLToPath(new URL("../../apps/cli/dist/bin.js", import.meta.url));
const readAndHash = fileURLToPath(new URL("./read-and-hash.mjs", import.meta.url));

const workspace = mkdtempSync(join(tmpdir(), "confiture-build-"));
try {
  const project = join(workspace, "project");
  mkdirSync(project);
  writeProject(project, generatePrintoptim());
  const files = listSql(join(project, "db"));
  const commands = [
    { id: "node: read + hash + write", command: [process.execPath, readAndHash, "db", join(workspace, "floor.sql")] },
    {
      id: "confiture build --out",
      command: [process.execPath, confiture, "build", "--out", join(workspace, "built.sql")],
    },
    {
      id: "find | xargs cat",
      command: ["bash", "-c", 'find db -name "*.sql" | LC_ALL=C sort | xargs cat > "$0"', join(workspace, "cat.sql")],
    },
  ];
  report(files, await measureAll(commands, project));
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

/** The first turn only warms the file cache and is not counted. */
async function measureAll(commands, cwd) {
  const samples = Object.fromEntries(commands.map(({ id }) => [id, []]));
  for (let run = 0; run <= runs; run++) {
    for (const { id, command } of shuffle(commands)) {
      const measured = await measureCommand(command, { cwd, output: join(workspace, "output.txt") });
      if (run > 0) samples[id].push(measured);
    }
  }
  return samples;
}

function report(files, samples) {
  const results = Object.entries(samples).map(([command, measured]) => ({
    command,
    wallMs: summarize(measured.map(({ wallMs }) => wallMs)),
    cpuMs: summarize(measured.map(({ cpuMs }) => cpuMs)),
  }));
  const floor = results[0];
  const rows = results.map(({ command, wallMs, cpuMs }) => [
    command,
    wallMs.median.toFixed(0),
    `${wallMs.min.toFixed(0)}–${wallMs.max.toFixed(0)}`,
    cpuMs.median.toFixed(0),
    `${(wallMs.median / floor.wallMs.median).toFixed(2)}×`,
    `${(cpuMs.median / floor.cpuMs.median).toFixed(2)}×`,
  ]);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const machine = describeMachine(workspace);
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}; ${files.length} files, ` +
      `${(bytes / 2 ** 20).toFixed(2)} MiB, ${runs} runs in shuffled order, warm file cache\n\n` +
      `${renderTable(["command", "wall ms", "min–max", "CPU ms", "wall / floor", "CPU / floor"], rows)}\n`,
  );
  if (flags.json !== undefined) {
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, files: files.length, bytes, results, samples }, null, 2)}\n`,
    );
  }
}

function listSql(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
    .map((entry) => join(entry.parentPath, entry.name));
}
