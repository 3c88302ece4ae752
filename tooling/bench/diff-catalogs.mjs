// What it takes to make the SQL that leads from one schema to another, and whether it leads there: Confiture beside the
// tools people use from Node today, on the same pairs of databases. Asserts nothing about time.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareObservations, observeSchema } from "../../packages/schema/dist/index.js";
import { describeMachine } from "./measure/describe-machine.mjs";
import { openThrowawayServer } from "./measure/open-throwaway-server.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { shuffle, summarize } from "./measure/summarize.mjs";
import { diffTools, installDiffPeers } from "./peers/diff-tools.mjs";
import { schemaOf } from "./peers/schema-pair.mjs";

const { values: flags } = parseArgs({
  options: {
    tables: { type: "string", default: "1000" },
    columns: { type: "string", default: "10" },
    indexes: { type: "string", default: "5" },
    keys: { type: "string", default: "2" },
    pairs: { type: "string", default: "same,release,back,from-nothing" },
    only: { type: "string", default: Object.keys(diffTools).join(",") },
    runs: { type: "string", default: "3" },
    "time-limit": { type: "string", default: "600" },
    "server-version": { type: "string", default: "18" },
    json: { type: "string" },
  },
});
const number = (flag) => wholeNumber(`--${flag}`, flags[flag]);
const [columns, indexes, keys, runs, version] = ["columns", "indexes", "keys", "runs", "server-version"].map(number);
const limitMs = number("time-limit") * 1000;
const sizes = flags.tables.split(",").map((text) => wholeNumber("--tables", text));
const tools = flags.only.split(",").map((id) => {
  if (diffTools[id] === undefined) throw new RangeError(`--only knows ${Object.keys(diffTools).join(", ")}`);
  return id;
});

/** A pair by the names of its two databases. */
const pairs = {
  same: ["before", "again"],
  release: ["before", "later"],
  back: ["later", "before"],
  "from-nothing": ["nothing", "before"],
  "to-nothing": ["before", "nothing"],
};
const wanted = flags.pairs.split(",").map((name) => {
  if (pairs[name] === undefined) throw new RangeError(`--pairs knows ${Object.keys(pairs).join(", ")}`);
  return name;
});

const script = fileURLToPath(new URL("peers/run-diff-tool.mjs", import.meta.url));

installDiffPeers();
const { workspace, urlOf, onDatabase, onServer, drop, close } = await openThrowawayServer({
  version,
  settings: { max_locks_per_transaction: 4096 },
});
try {
  const results = [];
  for (const tables of sizes) results.push(...(await measureSize({ tables, columns, indexes, keys })));
  report(results);
} finally {
  await close();
}

async function measureSize(size) {
  const databases = {
    before: schemaOf(size, false),
    again: schemaOf(size, false),
    later: schemaOf(size, true),
    nothing: [],
  };
  for (const [name, statements] of Object.entries(databases)) await build(name, statements);
  const results = [];
  for (const pair of wanted) results.push(...(await measurePair(size, pair)));
  for (const name of Object.keys(databases)) await drop(name);
  return results;
}

async function measurePair(size, pair) {
  const samples = new Map(tools.map((tool) => [tool, []]));
  const [from, to] = pairs[pair];
  // One that cannot do it once need not be asked again.
  const gaveUp = (tool) => samples.get(tool).some(({ failed }) => failed !== undefined);
  for (let run = 0; run < runs; run++) {
    for (const tool of shuffle(tools).filter((other) => !gaveUp(other))) {
      const measured = await runTool(tool, from, to);
      samples.get(tool).push(measured);
      say(
        `${size.tables} tables, ${pair}, ${tool}: ${measured.failed ?? `${Math.round(measured.readMs + measured.diffMs)} ms`}`,
      );
    }
  }
  const results = [];
  for (const tool of tools)
    results.push({ size, pair, tool, runs: samples.get(tool), proof: await prove(tool, from, to) });
  return results;
}

/** On a copy: does it apply, does an observer see what was wanted, is there nothing more to do? */
async function prove(tool, from, to) {
  await onServer(`create database copy template ${from}`);
  try {
    const applied = await runTool(tool, "copy", to, "--apply");
    if (applied.failed !== undefined) return { applies: applied.failed };
    if (applied.refused !== undefined) return { applies: applied.refused };
    const [reached, asked] = [await observe("copy"), await observe(to)];
    const differences = compareObservations(reached, asked);
    const again = await runTool(tool, "copy", to);
    return {
      applies: true,
      differences: differences.length,
      first: differences.slice(0, 3),
      left: again.failed ?? again.statements,
    };
  } finally {
    await drop("copy");
  }
}

/** @returns {Promise<{ failed?: string, refused?: string, readMs?: number, diffMs?: number, statements?: number }>} */
function runTool(tool, from, to, ...more) {
  const child = spawn(process.execPath, [script, tool, urlOf(from), urlOf(to), ...more], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, errors] = [[], []];
  child.stdout.on("data", (data) => out.push(data));
  child.stderr.on("data", (data) => errors.push(data));
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return done(JSON.parse(Buffer.concat(out).toString()));
      const said = Buffer.concat(errors).toString().trim().split("\n");
      const message = said.find((line) => /^\w*Error: /.test(line)) ?? said.at(-1) ?? "";
      done({ failed: signal === null ? message.slice(0, 200) : `not done after ${limitMs / 1000} s` });
    });
  });
}

async function build(name, statements) {
  await onServer(`create database ${name} template template0`);
  await onDatabase(name, async (session) => {
    const batch = 200;
    for (let from = 0; from < statements.length; from += batch) {
      await session.query(statements.slice(from, from + batch).join(";\n"));
    }
    await session.query("analyze");
  });
}

function observe(name) {
  return onDatabase(name, (session) => observeSchema(session));
}

function report(results) {
  const machine = describeMachine(workspace);
  const head = ["what", "tables", "read ms", "diff ms", "both", "statements", "applies", "differences", "second plan"];
  const rows = results.map(({ size, pair, tool, runs: measured, proof }) => {
    const good = measured.filter(({ failed }) => failed === undefined);
    const median = (pick) => (good.length === 0 ? "–" : summarize(good.map(pick)).median.toFixed(0));
    return [
      `${pair}: ${diffTools[tool].name}`,
      `${size.tables}`,
      median(({ readMs }) => readMs),
      median(({ diffMs }) => diffMs),
      median(({ readMs, diffMs }) => readMs + diffMs),
      good.length === 0 ? "–" : `${good[0].statements}`,
      proof.applies === true ? "yes" : "no",
      `${proof.differences ?? "–"}`,
      `${proof.left ?? "–"}`,
    ];
  });
  const refusals = results
    .filter(({ proof }) => proof.applies !== true)
    .map(({ size, pair, tool, proof }) => `${size.tables} tables, ${pair}, ${diffTools[tool].name}: ${proof.applies}`);
  const seen = results.flatMap(({ pair, tool, proof }) =>
    (proof.first ?? []).map(
      ({ change, kind, identity, facts }) =>
        `${pair}, ${diffTools[tool].name}: ${kind} ${identity} ${change}${facts.length === 0 ? "" : ` (${facts.map(({ fact }) => fact).join(", ")})`}`,
    ),
  );
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, PostgreSQL ${version}; ` +
      `${columns} columns, ${indexes} indexes and ${keys} foreign keys a table; ${runs} runs, medians\n\n` +
      `${renderTable(head, rows)}\n${[...refusals, ...seen].map((line) => `\n- ${line}`).join("")}\n`,
  );
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ machine, version, results }, null, 2)}\n`);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function wholeNumber(flag, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${flag} takes whole numbers`);
  return value;
}
