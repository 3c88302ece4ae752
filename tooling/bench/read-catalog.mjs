// How long a catalog takes to read, to hash and to compare, next to `pg_dump --schema-only` of the same database where
// there is a pg_dump that knows the server. In turns, on a database nobody else uses. Asserts nothing about time.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { catalogHash, compareCatalogs, readCatalog } from "../../packages/schema/dist/index.js";
import { describeMachine } from "./measure/describe-machine.mjs";
import { measureCommand } from "./measure/measure-command.mjs";
import { openThrowawayServer } from "./measure/open-throwaway-server.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { summarize } from "./measure/summarize.mjs";

const { values: flags } = parseArgs({
  options: {
    tables: { type: "string", default: "1000,5000" },
    "server-version": { type: "string", default: "18" },
    runs: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const sizes = flags.tables.split(",").map((text) => wholeNumber("--tables", text));
const version = wholeNumber("--server-version", flags["server-version"]);
const runs = wholeNumber("--runs", flags.runs);

const pgDump = "pg_dump";

const { workspace, urlOf, onDatabase, onServer, close } = await openThrowawayServer({
  version,
  settings: { max_locks_per_transaction: 1024 },
});
try {
  const results = [];
  for (const tables of sizes) results.push(await measureDatabase(tables));
  report(results);
} finally {
  await close();
}

async function measureDatabase(tables) {
  const name = `tables_${tables}`;
  await onServer(`create database ${name} template template0`);
  return onDatabase(name, (session) => measureSession(session, { tables, url: urlOf(name) }));
}

async function measureSession(session, { tables, url }) {
  await fill(session, tables);
  const dumps = pgDumpFits();
  const samples = { readCatalog: [], catalogHash: [], compareCatalogs: [], "pg_dump --schema-only": [] };
  let catalog = await readCatalog(session);
  // The first turn only fills the caches and is not counted.
  for (let run = 0; run <= runs; run++) {
    const before = catalog;
    const read = await timed(async () => {
      catalog = await readCatalog(session);
    });
    const hashed = await timed(() => catalogHash(catalog));
    const compared = await timed(() => compareCatalogs(before, catalog));
    const dumped = dumps ? await dump(url) : undefined;
    if (run === 0) continue;
    samples.readCatalog.push(read);
    samples.catalogHash.push(hashed);
    samples.compareCatalogs.push(compared);
    if (dumped !== undefined) samples["pg_dump --schema-only"].push(dumped);
  }
  const objects = Object.values(catalog).reduce((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
  return { tables, objects, samples };
}

async function dump(url) {
  const command = [pgDump, "--schema-only", "--file", join(workspace, "dump.sql"), url];
  return (await measureCommand(command, { cwd: workspace, output: join(workspace, "output.txt") })).wallMs;
}

/** Tables as applications have them: seven columns, four constraints, three indexes; a view and a function here and there. */
async function fill(session, tables) {
  const batch = 200;
  for (let from = 1; from <= tables; from += batch) {
    const to = Math.min(tables, from + batch - 1);
    await session.query(`do $$ begin for i in ${from}..${to} loop
      execute format('create table t%1$s (id bigint generated always as identity primary key,
        parent bigint references t%2$s (id), code varchar(40) not null unique, amount numeric(12,2) default 0 check (amount >= 0),
        note text, placed timestamptz not null default now(), tags jsonb)', i, i - (i > 1)::int);
      execute format('create index on t%s (placed) where note is not null', i);
      execute format('comment on table t%s is %L', i, 'Number ' || i);
      if i % 10 = 0 then execute format('create view v%1$s as select id, code, amount from t%1$s where amount > 0', i); end if;
      if i % 20 = 0 then execute format('create function f%s(n integer) returns integer language sql as %L', i, 'select n + ' || i); end if;
      if i % 5 = 0 then execute format('grant select on t%s to pg_monitor', i); end if;
    end loop; end $$`);
  }
  await session.query("analyze");
}

/** pg_dump knows servers up to its own version. */
function pgDumpFits() {
  const { status, stdout } = spawnSync(pgDump, ["--version"], { encoding: "utf8" });
  return status === 0 && Number(/\d+/.exec(stdout)?.[0]) >= version;
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function report(results) {
  const machine = describeMachine(workspace);
  const rows = results.flatMap(({ tables, objects, samples }) =>
    Object.entries(samples)
      .filter(([, measured]) => measured.length > 0)
      .map(([what, measured]) => {
        const { median, min, max } = summarize(measured);
        return [what, `${tables}`, `${objects}`, median.toFixed(0), `${min.toFixed(0)}–${max.toFixed(0)}`];
      }),
  );
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, PostgreSQL ${version}; ` +
      `${runs} runs in turns${pgDumpFits() ? "" : "; no pg_dump here that knows this server"}\n\n` +
      `${renderTable(["what", "tables", "objects", "median ms", "min–max"], rows)}\n`,
  );
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify({ machine, version, results }, null, 2)}\n`);
  }
}

function wholeNumber(flag, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} takes whole numbers from 1 on`);
  return number;
}
