// What a hook costs: overhead per hook beside other packages, latency with pauses between events and with a thousand hooks, and
// what stays in memory. Asserts nothing about time.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createHooks } from "../../packages/hooks/dist/index.js";
import { hookPeers } from "./hooks/hook-peers.mjs";
import { describeMachine } from "./measure/describe-machine.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { shuffle, summarize } from "./measure/summarize.mjs";

const { values: flags } = parseArgs({
  options: {
    hooks: { type: "string", default: "10" },
    rounds: { type: "string", default: "15" },
    gaps: { type: "string", default: "2000" },
    triggers: { type: "string", default: "1000000" },
    json: { type: "string" },
  },
});
const hookCount = wholeNumber("--hooks", flags.hooks);
const rounds = wholeNumber("--rounds", flags.rounds);
const gaps = wholeNumber("--gaps", flags.gaps);
const triggers = wholeNumber("--triggers", flags.triggers);
if (globalThis.gc === undefined) throw new Error("start it with node --expose-gc, or as `pnpm bench:hooks`");

const machine = describeMachine(tmpdir());
process.stdout.write(`${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}\n\n`);
const results = {
  machine,
  overhead: await measureOverhead(),
  gaps: await measureGaps(),
  crowd: await measureCrowd(),
  heap: await measureHeap(),
};
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);

/** What each hook of an event takes, one after another, in a loop; all in turns, in an order shuffled anew each round. */
async function measureOverhead() {
  const peers = await hookPeers(hookCount);
  const names = Object.keys(peers);
  const events = 5_000;
  const samples = Object.fromEntries(names.map((name) => [name, { cpu: [], wall: [] }]));
  // The first rounds are for the compiler and are not counted.
  for (let round = -5; round < rounds; round++) {
    for (const name of shuffle(names)) {
      const { cpu, wall } = await timePerHook(peers[name], events);
      if (round < 0) continue;
      samples[name].cpu.push(cpu);
      samples[name].wall.push(wall);
    }
  }
  const summaries = Object.fromEntries(
    names.map((name) => [name, { cpu: summarize(samples[name].cpu), wall: summarize(samples[name].wall) }]),
  );
  const base = summaries[names[0]].cpu.median;
  const rows = names.map((name) => {
    const { cpu, wall } = summaries[name];
    const over = cpu.median - base;
    const range = `${cpu.min.toFixed(0)}–${cpu.max.toFixed(0)}`;
    return [
      name,
      cpu.median.toFixed(0),
      range,
      over.toFixed(0),
      `${(cpu.median / base).toFixed(1)}×`,
      wall.median.toFixed(0),
    ];
  });
  const head = ["ns per hook", "CPU", "range", "over the loop", "ratio", "wall"];
  print(`${hookCount} asynchronous hooks per event, ${events} events a round, ${rounds} rounds`, head, rows);
  return summaries;
}

/** Beside others at work on the machine, CPU time (of all threads, collecting garbage included) is what can be compared. */
async function timePerHook(trigger, events) {
  const before = process.cpuUsage();
  const started = performance.now();
  for (let event = 0; event < events; event++) await trigger();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const perHook = 1 / events / hookCount;
  return { cpu: (user + system) * 1e3 * perHook, wall: wallMs * 1e6 * perHook };
}

/** How long an event takes when nothing has happened for five milliseconds before it. */
async function measureGaps() {
  const one = withHooks(1);
  const several = withHooks(hookCount);
  const functions = Array.from(
    { length: hookCount },
    () =>
      async ({ n }) =>
        n,
  );
  const cases = {
    "1 hook": (data) => one.trigger("event", data),
    [`${hookCount} hooks`]: (data) => several.trigger("event", data),
    [`a loop that awaits ${hookCount}`]: async (data) => {
      for (const run of functions) await run(data);
    },
  };
  const found = {};
  for (const [name, run] of Object.entries(cases)) {
    const samples = [];
    // As in a process that has been at work for a while.
    for (let event = 0; event < 10_000; event++) await run({ n: event });
    for (let event = 0; event < gaps; event++) {
      await sleep(5);
      samples.push(await timed(() => run({ n: event })));
    }
    found[name] = percentiles(samples);
  }
  const rows = Object.entries(found).map(([name, at]) => [
    name,
    ...Object.values(at).map((ms) => (ms * 1_000).toFixed(0)),
  ]);
  print(`5 ms between events, ${gaps} events`, ["µs per event", "p50", "p95", "p99", "max"], rows);
  return found;
}

/** How long an event with a thousand hooks takes. */
async function measureCrowd() {
  const found = {};
  for (const strategy of ["sequential", "parallel", "parallel_with_deps"]) {
    const hooks = withHooks(1_000, { strategy });
    const samples = [];
    for (let event = 0; event < 600; event++) samples.push(await timed(() => hooks.trigger("event", { n: event })));
    found[strategy] = percentiles(samples.slice(100));
  }
  const rows = Object.entries(found).map(([name, at]) => [name, ...Object.values(at).map((ms) => ms.toFixed(1))]);
  print("1,000 hooks of one event, 500 events", ["ms per event", "p50", "p95", "p99", "max"], rows);
  return found;
}

/** What is still there behind many events whose hooks have time limits and use their signals. */
async function measureHeap() {
  const hooks = withHooks(2);
  const owner = new AbortController();
  const heapAfter = async (from, to) => {
    for (let event = from; event < to; event++) await hooks.trigger("event", { n: event }, { signal: owner.signal });
    for (let turn = 0; turn < 5; turn++) {
      globalThis.gc();
      await sleep(20);
    }
    return process.memoryUsage().heapUsed;
  };
  const early = await heapAfter(0, triggers / 10);
  const late = await heapAfter(triggers / 10, triggers);
  const grown = (late - early) / 1_024;
  process.stdout.write(`Heap behind ${triggers / 10} and ${triggers} events: ${grown.toFixed(1)} KiB more\n`);
  return { early, late };
}

/** Asynchronous hooks that look at their signal, under the usual time limits. */
function withHooks(count, options = {}) {
  const hooks = createHooks({ defaults: options });
  for (let n = 0; n < count; n++) {
    const dependsOn = options.strategy === "parallel_with_deps" && n % 10 > 0 ? [`hook-${n - 1}`] : [];
    hooks.register({ id: `hook-${n}`, on: "event", dependsOn, run: async ({ signal }) => signal.aborted });
  }
  return hooks;
}

async function timed(run) {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function percentiles(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) };
}

function print(title, head, rows) {
  process.stdout.write(`${title}\n\n${renderTable(head, rows)}\n\n`);
}

function wholeNumber(flag, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} takes whole numbers from 1 on`);
  return number;
}
