// How near `estimateDuration` comes on a server that `calibrate` has measured: calibrates, then times statements on tables
// of several sizes, in an order shuffled anew each round, and compares each run with its estimate. What was timed is kept as
// it comes, so that a long run can be stopped and taken up again. Asserts nothing about time.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connectDatabase, openEmbeddedServer } from "@confiture/postgres";
import { calibrate } from "../../packages/risk/dist/calibrate/index.js";
import { benchKinds, fillStatements } from "./duration/bench-kinds.mjs";
import { readBenchFacts } from "./duration/read-bench-facts.mjs";
import { renderDurationReport } from "./duration/render-duration-report.mjs";
import { describeMachine } from "./measure/describe-machine.mjs";
import { shuffle } from "./measure/summarize.mjs";

const { values: flags } = parseArgs({
  options: {
    sizes: { type: "string", default: "100000,1000000,5000000" },
    runs: { type: "string", default: "10" },
    kinds: { type: "string" },
    "server-version": { type: "string", default: "18" },
    "calibration-rows": { type: "string", default: "2000000" },
    /** Takes up the run that was stopped: its calibration, and what it has timed. */
    resume: { type: "boolean", default: false },
    /** Prints what there is, timing nothing. */
    "report-only": { type: "boolean", default: false },
    /** The folder with the server and what was timed. */
    folder: { type: "string" },
    json: { type: "string" },
  },
});
const sizes = flags.sizes.split(",").map((text) => wholeNumber("--sizes", text));
const runs = wholeNumber("--runs", flags.runs);
const version = wholeNumber("--server-version", flags["server-version"]);
const calibrationRows = wholeNumber("--calibration-rows", flags["calibration-rows"]);
const kinds = benchKinds.filter(({ name }) => flags.kinds?.split(",").some((part) => name.includes(part)) ?? true);
if (kinds.length === 0) throw new RangeError("--kinds names none");

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = resolve(flags.folder ?? join(here, "../../node_modules/.cache/confiture-bench/duration"));
const calibrationFile = join(folder, "calibration.json");
const runsFile = join(folder, "runs.jsonl");
mkdirSync(folder, { recursive: true });

if (!flags["report-only"]) await timeAll();
report();

async function timeAll() {
  if (!flags.resume) for (const file of [calibrationFile, runsFile]) rmSync(file, { force: true });
  const server = await openEmbeddedServer({
    directory: folder,
    version,
    listen: "tcp",
    resolveFrom: version === 13 ? join(here, "../testkit") : here,
    onProgress: say,
  });
  const database = connectDatabase(`${server.url()}?sslmode=disable`);
  try {
    const session = await database.openSession();
    if (!existsSync(calibrationFile)) await calibrateOnce(session);
    for (const size of sizes) await timeSize(session, size);
    await session.query("drop schema if exists bench cascade");
  } finally {
    await database[Symbol.asyncDispose]();
    await server.close();
  }
}

async function calibrateOnce(session) {
  const load = loadavg()[0];
  const observations = [];
  const calibration = await calibrate(session, {
    rows: calibrationRows,
    maxDurationMs: 600_000,
    onProgress: (message) => say(`calibrating: ${message}`),
    onObservation: (observation) => observations.push(observation),
  });
  const machine = describeMachine(folder);
  writeFileSync(calibrationFile, JSON.stringify({ machine, load: [load, loadavg()[0]], calibration, observations }));
}

async function timeSize(session, size) {
  const done = readRuns();
  const left = kinds.map((kind) => ({
    kind,
    count: runs - done.filter((run) => run.size === size && run.kind === kind.name).length,
  }));
  if (left.every(({ count }) => count <= 0)) return;
  say(`filling ${size} rows`);
  for (const statement of fillStatements(size)) await session.query(statement);
  for (let round = 1; round <= runs; round++) {
    for (const { kind, count } of shuffle(left)) {
      if (round > count) continue;
      const { facts, ms } = await timeKind(session, kind);
      appendFileSync(runsFile, `${JSON.stringify({ size, kind: kind.name, ms, load: loadavg()[0], facts })}\n`);
      say(`${size} rows, round ${round}/${runs}, ${kind.name}: ${ms.toFixed(0)} ms`);
    }
  }
}

async function timeKind(session, kind) {
  for (const statement of kind.before ?? []) await session.query(statement);
  const facts = await readBenchFacts(session);
  const started = performance.now();
  await session.query(kind.statement);
  const ms = performance.now() - started;
  for (const statement of kind.undo ?? []) await session.query(statement);
  // A dropped column keeps its bytes until its rows are written anew.
  if (kind.repack) await session.query("vacuum full bench.orders");
  if (kind.tidy) await session.query("vacuum analyze bench.orders");
  return { facts, ms };
}

function report() {
  const { machine, load, calibration } = JSON.parse(readFileSync(calibrationFile, "utf8"));
  const timed = readRuns().filter(({ size, kind }) => sizes.includes(size) && kinds.some(({ name }) => name === kind));
  const { text, data } = renderDurationReport({ machine, load, calibration, kinds, timed });
  process.stdout.write(`${text}\n`);
  if (flags.json === undefined) return;
  mkdirSync(dirname(resolve(flags.json)), { recursive: true });
  writeFileSync(flags.json, `${JSON.stringify(data, null, 2)}\n`);
}

function readRuns() {
  if (!existsSync(runsFile)) return [];
  return readFileSync(runsFile, "utf8")
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function say(message) {
  process.stderr.write(`${message}\n`);
}

function wholeNumber(flag, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} takes whole numbers from 1 on`);
  return number;
}
