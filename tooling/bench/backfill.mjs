// What a backfill in batches takes beside one UPDATE of the same rows, how long readers and writers wait meanwhile, and whether one that is
// killed goes on where it stopped. Fails when a row is missing or was done twice; asserts nothing about time.
import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connectDatabase } from "@confiture/postgres";
import { watchWaits } from "./backfill/watch-waits.mjs";
import { describeMachine } from "./measure/describe-machine.mjs";
import { openThrowawayServer } from "./measure/open-throwaway-server.mjs";
import { renderTable } from "./measure/render-table.mjs";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "2000000" },
    "batch-size": { type: "string", default: "10000" },
    workers: { type: "string", default: "1,2" },
    json: { type: "boolean", default: false },
  },
});
const rows = Number(flags.rows);
const runner = fileURLToPath(new URL("./backfill/run-hook.mjs", import.meta.url));

// Commits wait for the disk here, as they do where it counts: a backfill has many of them.
const server = await openThrowawayServer({ version: 18, settings: { fsync: "on", max_wal_size: "4GB" } });
try {
  const result = await measureAll(server.urlOf("postgres"));
  console.log(flags.json ? JSON.stringify(result) : render(result));
} finally {
  await server.close();
}

async function measureAll(url) {
  const database = connectDatabase(url);
  const session = await database.openSession();
  const runs = [];
  runs.push(await measured(session, url, "one UPDATE", () => session.query("update shop set cents = total * 100")));
  for (const workers of flags.workers.split(",").map(Number)) {
    const config = configOf(workers);
    const name = `backfill, ${workers} ${workers === 1 ? "worker" : "workers"}`;
    runs.push(await measured(session, url, name, () => ends(backfill(url, config).child, name)));
  }
  const killed = await killAndResume(session, url);
  await database[Symbol.asyncDispose]();
  const [single] = runs;
  return {
    machine: describeMachine("."),
    load: loadavg()[0],
    rows,
    runs: runs.map((run) => ({ ...run, ratio: run.rowsPerSecond / single.rowsPerSecond })),
    killed,
  };
}

function configOf(workers, more = {}) {
  return {
    target_table: "shop",
    set: { cents: "total * 100" },
    batch_size: Number(flags["batch-size"]),
    parallel_workers: workers,
    ...more,
  };
}

/** Ids with gaps of every size, up to a million million. */
async function fill(session) {
  await session.query("drop table if exists shop");
  await session.query(
    "create table shop (id bigint primary key, total int not null, touched int not null default 0, cents bigint, note text)",
  );
  await session.query(
    `insert into shop select n::bigint * 1009 + (n / 1000)::bigint * 1000000000 + case when n % 7 = 0 then 500 else 0 end, n % 10000, 0, null, repeat('x', 40)
     from generate_series(1, ${rows}) n`,
  );
  await session.query("vacuum analyze shop");
  await session.query("checkpoint");
  const { rows: ids } = await session.query("select id::text as id from shop tablesample system (1) limit 5000");
  return ids.map(({ id }) => id);
}

async function measured(session, url, name, work) {
  const ids = await fill(session);
  const watch = await watchWaits(url, { table: "shop", ids });
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const waits = await watch.stop();
  await refuseMissing(session, name);
  return { name, ms, rowsPerSecond: (rows / ms) * 1000, ...waits };
}

async function refuseMissing(session, name) {
  const { rows: found } = await session.query("select count(*) from shop where cents is distinct from total * 100");
  if (found[0].count !== "0") throw new Error(`${name}: ${found[0].count} rows are not as they must be`);
}

/** Kills it (SIGKILL) when about two fifths are done, and has it go on; a counter tells whether a row was done twice. */
async function killAndResume(session, url) {
  await fill(session);
  const config = configOf(2, { set: { cents: "coalesce(cents, 0) + 1" } });
  const { child, lines } = backfill(url, config);
  for await (const line of lines) if (line.done > rows * 0.4) break;
  child.kill("SIGKILL");
  await new Promise((done) => child.on("close", done));
  const { rows: before } = await session.query("select count(*) from shop where cents = 1");
  const again = backfill(url, config);
  let outcome;
  for await (const line of again.lines) outcome = line;
  await ends(again.child, "the second run");
  const { rows: after } = await session.query("select count(*) filter (where cents = 1) as once from shop");
  if (Number(after[0].once) !== rows || outcome.resumed !== true)
    throw new Error(`resumed: ${after[0].once} of ${rows} rows were done once`);
  return { doneWhenKilled: Number(before[0].count), doneOnce: Number(after[0].once), secondRunMs: outcome.ms };
}

function backfill(url, config) {
  const child = spawn(process.execPath, [runner, url, JSON.stringify(config)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, lines: jsonLines(child.stdout) };
}

async function* jsonLines(stream) {
  let text = "";
  for await (const bytes of stream) {
    text += bytes;
    const parts = text.split("\n");
    text = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

function ends(child, name) {
  child.stdout.resume();
  return new Promise((done, failed) => {
    if (child.exitCode === 0) done();
    child.on("close", (code) => (code === 0 ? done() : failed(new Error(`${name} ended with ${code}`))));
  });
}

function render({ machine, load, runs, killed }) {
  const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)}`;
  return [
    `${machine.cpu}, ${machine.node}, load ${load.toFixed(1)}; ${rows} rows, batches of ${flags["batch-size"]}`,
    "",
    renderTable(
      ["", "rows/s", "to one UPDATE", "reader p50 / longest, ms", "writer p50 / longest, ms"],
      runs.map(({ name, rowsPerSecond, ratio, reader, writer }) => [
        name,
        `${Math.round(rowsPerSecond)}`,
        `${ratio.toFixed(2)}×`,
        `${ms(reader.p50)} / ${ms(reader.longest)}`,
        `${ms(writer.p50)} / ${ms(writer.longest)}`,
      ]),
    ),
    "",
    `Killed when ${killed.doneWhenKilled} rows were done; the second run took ${Math.round(killed.secondRunMs)} ms, and ${killed.doneOnce} of ${rows} rows were done once.`,
  ].join("\n");
}
