// Pairs of small schemas in folders, both directions: does what a tool makes apply, does it lead where it should as an
// observer sees it, is there nothing left to do, and how long did it think. Confiture beside the tools people use today.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareObservations, observeSchema } from "../../packages/schema/dist/index.js";
import { describeMachine } from "./measure/describe-machine.mjs";
import { openThrowawayServer } from "./measure/open-throwaway-server.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { summarize } from "./measure/summarize.mjs";
import { diffTools, installDiffPeers } from "./peers/diff-tools.mjs";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: Object.keys(diffTools).join(",") },
    "time-limit": { type: "string", default: "60" },
    "server-version": { type: "string", default: "18" },
    failures: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
if (folders.length === 0) throw new Error("name folders that hold pairs: DIR/**/{a,b}.sql");
const version = Number(flags["server-version"]);
const tools = flags.only.split(",");
const limitMs = Number(flags["time-limit"]) * 1000;

const script = fileURLToPath(new URL("peers/run-diff-pairs.mjs", import.meta.url));

installDiffPeers();
const { workspace, urlOf, onDatabase, onServer, drop, close } = await openThrowawayServer({ version });
try {
  const results = [];
  const runners = Object.fromEntries(tools.map((tool) => [tool, startRunner(tool)]));
  for (const pair of folders.flatMap(findPairs)) results.push(...(await tryPair(pair, runners)));
  for (const runner of Object.values(runners)) runner.stop();
  report(results);
} finally {
  await close();
}

/** Folders with both sides, at any depth. */
function findPairs(folder) {
  if (existsSync(join(folder, "a.sql")) && existsSync(join(folder, "b.sql"))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => findPairs(join(folder, name)))
    .sort();
}

async function tryPair(folder, runners) {
  const roles = existsSync(join(folder, "roles.txt"))
    ? readFileSync(join(folder, "roles.txt"), "utf8").split(/\s+/)
    : [];
  for (const role of roles.filter((name) => name !== "")) await onServer(`create role "${role}"`).catch(unlessItExists);
  const results = [];
  try {
    for (const side of ["a", "b"]) await build(`side_${side}`, readFileSync(join(folder, `${side}.sql`), "utf8"));
    for (const [from, to] of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      for (const tool of tools) {
        const result = await tryDirection(runners[tool], `side_${from}`, `side_${to}`);
        results.push({ pair: `${basename(folder)} ${from} to ${to}`, tool, ...result });
      }
    }
  } catch (error) {
    process.stderr.write(`${folder}: ${error.message}\n`);
  }
  for (const name of ["side_a", "side_b"]) await drop(name);
  return results;
}

async function tryDirection(runner, from, to) {
  await onServer(`create database copy template ${from}`);
  try {
    const answer = await runner.ask({ from: urlOf("copy"), to: urlOf(to) });
    if (answer.failed !== undefined) return answer;
    const differences = compareObservations(await observe("copy"), await observe(to));
    return { ...answer, differences: differences.length, first: differences.slice(0, 3) };
  } finally {
    await drop("copy");
  }
}

/** A process that is asked one pair after another; one that hangs or dies is started anew. */
function startRunner(tool) {
  let child;
  let waiting;
  const start = () => {
    child = spawn(process.execPath, [script, tool], { stdio: ["pipe", "pipe", "ignore"] });
    createInterface({ input: child.stdout }).on("line", (line) => waiting?.(JSON.parse(line)));
    child.on("exit", () => {
      child = undefined;
      waiting?.({ failed: "plans", message: "the tool's process ended" });
    });
  };
  return {
    async ask(pair) {
      if (child === undefined) start();
      let timer;
      const answer = await new Promise((done) => {
        waiting = done;
        timer = setTimeout(() => done({ failed: "plans", message: `not done after ${limitMs / 1000} s` }), limitMs);
        child.stdin.write(`${JSON.stringify(pair)}\n`);
      });
      clearTimeout(timer);
      waiting = undefined;
      if (answer.message?.startsWith("not done")) child?.kill("SIGKILL");
      return answer;
    },
    stop: () => child?.kill(),
  };
}

async function build(name, sql) {
  await onServer(`create database ${name} template template0`);
  await onDatabase(name, (session) => session.query(sql.trim() === "" ? "select 1" : sql));
}

function observe(name) {
  return onDatabase(name, (session) => observeSchema(session));
}

function unlessItExists(error) {
  if (error.code !== "42710") throw error;
}

function report(results) {
  const machine = describeMachine(workspace);
  const head = ["tool", "directions", "applies", "as wanted", "second plan empty", "all three", "median ms", "sum s"];
  const rows = tools.map((tool) => {
    const own = results.filter((result) => result.tool === tool);
    const count = (test) => `${own.filter(test).length}`;
    const applies = ({ failed }) => failed === undefined || failed === "plans again";
    const wanted = ({ differences }) => differences === 0;
    const settled = ({ left }) => left === 0;
    const times = own.flatMap(({ ms }) => (ms === undefined ? [] : [ms]));
    const median = times.length === 0 ? "–" : summarize(times).median.toFixed(0);
    const sum = (times.reduce((total, ms) => total + ms, 0) / 1000).toFixed(1);
    return [
      diffTools[tool].name,
      `${own.length}`,
      count(applies),
      count(wanted),
      count(settled),
      count((result) => wanted(result) && settled(result)),
      median,
      sum,
    ];
  });
  const failures = results.filter(
    ({ failed, differences, left }) => failed !== undefined || differences > 0 || left > 0,
  );
  const lines = failures.map(({ pair, tool, failed, message, left, first = [] }) => {
    const seen = first.map(({ change, kind, identity }) => `${kind} ${identity} ${change}`);
    const why =
      failed === undefined
        ? [...seen, ...(left > 0 ? [`${left} statements left`] : [])].join("; ")
        : `${failed}: ${message}`;
    return `\n- ${diffTools[tool].name}, ${pair}: ${why}`;
  });
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, PostgreSQL ${version}\n\n` +
      `${renderTable(head, rows)}\n${flags.failures ? lines.join("") : ""}\n`,
  );
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ machine, version, results }, null, 2)}\n`);
}
