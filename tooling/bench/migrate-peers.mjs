// Applies the same small migrations with Confiture and with the tools people use today, in turns, on one server:
// once to an empty database, then again with nothing to do. Prints medians, spreads and ratios; asserts nothing about time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import pg from "pg";
import { describeMachine } from "./measure/describe-machine.mjs";
import { measureCommand } from "./measure/measure-command.mjs";
import { shuffle, summarize } from "./measure/summarize.mjs";
import { installPeers } from "./peers/install-peers.mjs";
import { migrationTools, ownCommand } from "./peers/migration-tools.mjs";
import { openBenchServer } from "./peers/open-bench-server.mjs";
import { renderMigrateReport } from "./peers/render-migrate-report.mjs";
import { countObjects, expectedObjects, writeWorkload } from "./peers/workload.mjs";

const { values: flags } = parseArgs({
  options: {
    migrations: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    "idle-runs": { type: "string", default: "3" },
    only: { type: "string" },
    confiture: { type: "string" },
    json: { type: "string" },
  },
});
const migrations = wholeNumber("migrations");
const rounds = wholeNumber("rounds");
const idleRuns = wholeNumber("idle-runs");
const tools = migrationTools.filter(({ id }) => flags.only?.split(",").some((part) => id.includes(part)) ?? true);

const confiture = resolve(flags.confiture ?? ownCommand);
const peers = installPeers();
const server = await openBenchServer();
const workspace = mkdtempSync(join(tmpdir(), "confiture-bench-"));
try {
  const projects = writeProjects();
  const samples = Object.fromEntries(tools.map(({ id }) => [id, { apply: [], idle: [] }]));
  for (let round = 1; round <= rounds; round++) {
    for (const tool of shuffle(tools)) {
      process.stderr.write(`round ${round}/${rounds}: ${tool.id} … `);
      const { apply, idle } = await runTool(tool, projects[tool.id]);
      samples[tool.id].apply.push(apply);
      samples[tool.id].idle.push(...idle);
      process.stderr.write(`${(apply.wallMs / 1000).toFixed(2)} s, idle ${idle[0].wallMs.toFixed(0)} ms\n`);
    }
  }
  report(samples);
} finally {
  rmSync(workspace, { recursive: true, force: true });
  await server.close();
}

function writeProjects() {
  const workload = writeWorkload(migrations);
  const projects = {};
  for (const [index, tool] of tools.entries()) {
    const folder = join(workspace, String(index));
    mkdirSync(folder);
    tool.writeProject(folder, workload, peers);
    projects[tool.id] = folder;
  }
  return projects;
}

/** A run counts only when the catalog afterwards is the one every other tool leaves. */
async function runTool(tool, folder) {
  const database = "bench";
  const url = await server.createDatabase(database);
  const { args, env } = tool.command(url, confiture);
  const options = { cwd: folder, env, output: join(workspace, "output.txt") };
  const command = [process.execPath, ...args];
  const apply = await measureCommand(command, options);
  await assertObjects(tool, url);
  const idle = [];
  for (let run = 0; run < idleRuns; run++) idle.push(await measureCommand(command, options));
  await assertObjects(tool, url);
  await server.drop(database);
  return { apply, idle };
}

async function assertObjects(tool, url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const [found, expected] = [await countObjects(client), expectedObjects(migrations)];
    if (!isDeepStrictEqual({ ...found }, expected)) {
      throw new Error(`${tool.id} left ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
    }
  } finally {
    await client.end();
  }
}

function report(samples) {
  const results = tools.map(({ id, runtime, transactions }) => ({
    tool: id,
    runtime,
    transactions,
    apply: summarizeBoth(samples[id].apply),
    idle: summarizeBoth(samples[id].idle),
  }));
  const run = {
    migrations,
    rounds,
    machine: describeMachine(server.dataDirectory),
    server: { ...server.settings, durable_commit_ms: Number(server.commitMs.toFixed(3)) },
    results,
  };
  process.stdout.write(`${renderMigrateReport(run)}\n`);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ ...run, samples }, null, 2)}\n`);
}

function summarizeBoth(measured) {
  return {
    wallMs: summarize(measured.map(({ wallMs }) => wallMs)),
    cpuMs: summarize(measured.map(({ cpuMs }) => cpuMs)),
  };
}

function wholeNumber(name) {
  const value = Number(flags[name]);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} takes a whole number from 1 on`);
  return value;
}
