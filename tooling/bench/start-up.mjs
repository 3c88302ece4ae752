// What it costs to start the command, next to Node running nothing: CPU time, in turns. Asserts nothing about time.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "./measure/describe-machine.mjs";
import { measureCommand } from "./measure/measure-command.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { shuffle, summarize } from "./measure/summarize.mjs";

const goal = 1.6;
const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "30" }, json: { type: "string" } },
});
const runs = Number(flags.runs);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError("--runs takes a whole number from 1 on");

const confiture = fileURLToPath(new URL("../../apps/cli/dist/bin.js", import.meta.url));
const commands = [
  { id: "node -e 0", args: ["-e", "0"] },
  { id: "confiture --version", args: [confiture, "--version"] },
  { id: "confiture --help", args: [confiture, "--help"] },
];

const folder = mkdtempSync(join(tmpdir(), "confiture-start-up-"));
try {
  const samples = await measureAll(folder);
  report(samples);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The first turn only warms the file cache and is not counted. */
async function measureAll(cwd) {
  const samples = Object.fromEntries(commands.map(({ id }) => [id, []]));
  for (let run = 0; run <= runs; run++) {
    for (const { id, args } of shuffle(commands)) {
      const measured = await measureCommand([process.execPath, ...args], { cwd, output: join(cwd, "output.txt") });
      if (run > 0) samples[id].push(measured);
    }
  }
  return samples;
}

function report(samples) {
  const results = commands.map(({ id }) => ({
    command: id,
    cpuMs: summarize(samples[id].map(({ cpuMs }) => cpuMs)),
    wallMs: summarize(samples[id].map(({ wallMs }) => wallMs)),
  }));
  const bare = results[0].cpuMs.median;
  const rows = results.map(({ command, cpuMs, wallMs }) => [
    command,
    cpuMs.median.toFixed(0),
    `${cpuMs.min.toFixed(0)}–${cpuMs.max.toFixed(0)}`,
    wallMs.median.toFixed(0),
    `${(cpuMs.median / bare).toFixed(2)}×`,
  ]);
  const machine = describeMachine(folder);
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}; ${runs} runs in shuffled order\n\n` +
      `${renderTable(["command", "CPU ms (median)", "min–max", "wall ms", "CPU / node -e 0"], rows)}\n\n` +
      `goal: at most ${goal}×\n`,
  );
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}
