// How long it takes to say what the statements of migrations do, from their text alone, and whether that grows with
// their number; squawk-cli, a linter that comes as a native program through npm, reads the same files. Asserts nothing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseSqlFile, predictEffects } from "../../packages/sql/dist/index.js";
import { describeMachine } from "./measure/describe-machine.mjs";
import { measureCommand } from "./measure/measure-command.mjs";
import { renderTable } from "./measure/render-table.mjs";
import { summarize } from "./measure/summarize.mjs";

const goalMs = 3_000;
const squawkVersion = "2.66.0";
const statementsInFile = 20;
const { values: flags } = parseArgs({
  options: {
    statements: { type: "string", default: "1000,2500,5000,10000" },
    runs: { type: "string", default: "5" },
    seed: { type: "string", default: "20261121" },
    "no-squawk": { type: "boolean", default: false },
    json: { type: "string" },
    /** Analyses the files of a folder, prints how long it took, and does nothing else: a process of its own to measure. */
    analyze: { type: "string" },
  },
});

async function bench() {
  const sizes = flags.statements.split(",").map((text) => wholeNumber("--statements", text));
  const runs = wholeNumber("--runs", flags.runs);
  const workspace = mkdtempSync(join(tmpdir(), "confiture-analyze-"));
  try {
    const squawk = flags["no-squawk"] ? undefined : installSquawk(workspace);
    const folders = sizes.map((size) => writeMigrations(join(workspace, `${size}`), size));
    await analyzeFolder(folders[0]);
    const results = [];
    for (const [index, statements] of sizes.entries())
      results.push(await measureSize({ folder: folders[index], statements, runs, squawk, workspace }));
    report({ results, runs, machine: describeMachine(workspace) });
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** `here`: in this process, which has done it before. `process`: from starting Node to its end. */
async function measureSize({ folder, statements, runs, squawk, workspace }) {
  const samples = { here: [], hereCpu: [], parse: [], predict: [], process: [], squawk: [] };
  const files = readdirSync(folder).map((name) => join(folder, name));
  const output = join(workspace, "output.txt");
  let notUnderstood = 0;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    const { unknown, parseMs, predictMs } = await analyzeFolder(folder);
    const { user, system } = process.cpuUsage(before);
    notUnderstood = unknown;
    samples.here.push(parseMs + predictMs);
    samples.hereCpu.push((user + system) / 1_000);
    samples.parse.push(parseMs);
    samples.predict.push(predictMs);
    const own = [process.execPath, fileURLToPath(import.meta.url), "--analyze", folder];
    samples.process.push(await measureCommand(own, { cwd: workspace, output }));
    // It ends with 1 when a rule has something to say.
    if (squawk !== undefined) {
      const command = ["bash", "-c", '"$@" || test $? -eq 1', "bash", squawk, "--pg-version", "18.0", ...files];
      samples.squawk.push(await measureCommand(command, { cwd: workspace, output }));
    }
  }
  return { statements, notUnderstood, samples };
}

async function analyzeFolder(folder) {
  const started = performance.now();
  const all = [];
  for (const file of readdirSync(folder).sort()) {
    const { statements } = await parseSqlFile(readFileSync(join(folder, file), "utf8"), { file });
    all.push(...statements);
  }
  const parsed = performance.now();
  const predicted = await predictEffects(all, { serverVersion: 18 });
  const ended = performance.now();
  const unknown = predicted.filter(({ effect }) => effect.certainty === "unknown").length;
  return { statements: predicted.length, unknown, parseMs: parsed - started, predictMs: ended - parsed };
}

function report({ results, runs, machine }) {
  const rows = results.map(({ statements, notUnderstood, samples }) => {
    const ms = (name, pick = (value) => value) => summarize(samples[name].map(pick)).median;
    const [wall, cpu] = [({ wallMs }) => wallMs, ({ cpuMs }) => cpuMs];
    const ratio = (pick) =>
      samples.squawk.length === 0 ? "–" : `${(ms("process", pick) / ms("squawk", pick)).toFixed(1)}×`;
    return [
      `${statements}`,
      `${notUnderstood}`,
      ms("parse").toFixed(0),
      ms("predict").toFixed(0),
      ms("here").toFixed(0),
      ms("hereCpu").toFixed(0),
      ((ms("hereCpu") * 1_000) / statements).toFixed(0),
      `${ms("process", wall).toFixed(0)} / ${ms("process", cpu).toFixed(0)}`,
      samples.squawk.length === 0 ? "–" : `${ms("squawk", wall).toFixed(0)} / ${ms("squawk", cpu).toFixed(0)}`,
      `${ratio(wall)} / ${ratio(cpu)}`,
    ];
  });
  const head = [
    "statements",
    "not understood",
    "parse ms",
    "predict ms",
    "both ms",
    "both CPU ms",
    "CPU µs each",
    "process wall / CPU",
    `squawk-cli ${squawkVersion}`,
    "ratio",
  ];
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}; medians of ${runs} runs, seed ${flags.seed}\n\n` +
      `${renderTable(head, rows)}\n\ngoal: 10,000 statements in less than ${goalMs} ms, and no more CPU time for each at a larger size\n`,
  );
  if (flags.json !== undefined)
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, runs, seed: flags.seed, squawkVersion, results }, null, 2)}\n`,
    );
}

/** The native program itself, without the script that starts it. */
function installSquawk(workspace) {
  const folder = join(workspace, "squawk");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ private: true, dependencies: { "squawk-cli": squawkVersion } })}\n`,
  );
  process.stderr.write(`installing squawk-cli ${squawkVersion} with npm\n`);
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-update-notifier"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [native] = readdirSync(join(folder, "node_modules"), { recursive: true, encoding: "utf8" }).filter((path) =>
    /@squawk-cli\/[^/]+\/bin\/squawk(\.exe)?$|@squawk-cli\/[^/]+\/squawk(\.exe)?$/.test(path),
  );
  if (status !== 0 || native === undefined) throw new Error("squawk-cli could not be installed");
  return join(folder, "node_modules", native);
}

function writeMigrations(folder, wanted) {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const statements = migrationStatements(wanted, drawWith(wholeNumber("--seed", flags.seed)));
  for (let from = 0; from < wanted; from += statementsInFile) {
    const name = `${String(from / statementsInFile + 1).padStart(5, "0")}_step.up.sql`;
    const text = statements.slice(from, from + statementsInFile).join(";\n\n");
    writeFileSync(join(folder, name), `-- Step ${from / statementsInFile + 1} of a project that grows.\n${text};\n`);
  }
  return folder;
}

/** What projects write in the course of years: many tables, and changes to those that are there already. */
function migrationStatements(wanted, draw) {
  const tables = [];
  const statements = [];
  const kinds = Object.entries(sentences).flatMap(([name, { weight }]) => Array(weight).fill(name));
  while (statements.length < wanted) {
    const number = statements.length;
    if (tables.length < 5 || draw(100) < 14) {
      const parent = tables.length === 0 ? undefined : tables[draw(tables.length)];
      tables.push({ name: `app.entity_${tables.length + 1}`, columns: ["id", "code", "amount", "note", "placed_at"] });
      statements.push(createTable(tables.at(-1).name, parent?.name));
      continue;
    }
    const table = tables[draw(tables.length)];
    const column = table.columns[1 + draw(table.columns.length - 1)];
    const { write, adds } = sentences[kinds[draw(kinds.length)]];
    const other = tables[draw(tables.length)].name;
    statements.push(write({ table: table.name, column, other, number, amount: draw(1_000) }));
    if (adds) table.columns.push(`extra_${number}`);
  }
  return statements;
}

function createTable(name, parent) {
  return `create table ${name} (
  id bigint generated always as identity primary key,
  code varchar(40) not null unique,
  amount numeric(12, 2) not null default 0 check (amount >= 0),
  note text,
  placed_at timestamptz not null default now()${parent === undefined ? "" : `,\n  parent_id bigint references ${parent} (id) on delete cascade`}
)`;
}

const bare = (table) => table.split(".")[1];

const sentences = {
  addColumn: {
    weight: 12,
    adds: true,
    write: ({ table, number }) =>
      `alter table ${table} add column extra_${number} integer not null default ${number % 7}`,
  },
  addIndex: {
    weight: 12,
    write: ({ table, column, number }) => `create index ${bare(table)}_${number}_idx on ${table} (${column}, id)`,
  },
  addIndexConcurrently: {
    weight: 5,
    write: ({ table, column, number }) =>
      `create unique index concurrently ${bare(table)}_${number}_key on ${table} (lower(${column}::text)) where ${column} is not null`,
  },
  addCheck: {
    weight: 5,
    write: ({ table, number, amount }) =>
      `alter table ${table} add constraint amount_${number} check (amount < ${amount + 1_000_000}) not valid`,
  },
  addForeignKey: {
    weight: 6,
    write: ({ table, other, number }) =>
      `alter table ${table} add column ref_${number} bigint, add constraint ref_${number}_fkey foreign key (ref_${number}) references ${other} (id) not valid`,
  },
  changeType: {
    weight: 3,
    write: ({ table, column }) => `alter table ${table} alter column ${column} type text using ${column}::text`,
  },
  setNotNull: { weight: 3, write: ({ table }) => `alter table ${table} alter column note set not null` },
  setDefault: { weight: 4, write: ({ table }) => `alter table ${table} alter column note set default 'none given'` },
  backfill: {
    weight: 8,
    write: ({ table, other, amount }) =>
      `update ${table} set note = coalesce(note, 'unknown'), amount = amount + ${amount}\nfrom (select id, max(amount) as most from ${other} group by id having count(*) > 1) as o\nwhere o.id = ${table}.id and ${table}.placed_at < now() - interval '${amount} days'`,
  },
  seed: {
    weight: 8,
    write: ({ table, number, amount }) =>
      `insert into ${table} (code, amount, note) values\n  ('a-${number}', ${amount}, 'first'),\n  ('b-${number}', ${amount}, null)\non conflict (code) do update set amount = excluded.amount`,
  },
  view: {
    weight: 5,
    write: ({ table, other, number }) =>
      `create view app.summary_${number} as\nselect t.code, count(o.id) as others, sum(t.amount) as total\nfrom ${table} t left join ${other} o on o.id = t.id\nwhere t.placed_at > current_date group by t.code`,
  },
  routine: {
    weight: 4,
    write: ({ table, number }) =>
      `create function app.touch_${number}() returns trigger language plpgsql as $$\nbegin\n  insert into ${table} (code) values (new.code) on conflict do nothing;\n  return new;\nend $$`,
  },
  comment: {
    weight: 6,
    write: ({ table, column }) => `comment on column ${table}.${column} is 'What the form calls it; see the handbook.'`,
  },
  grant: { weight: 5, write: ({ table }) => `grant select, insert, update on ${table} to app_writer` },
  enumType: { weight: 2, write: ({ number }) => `create type app.state_${number} as enum ('new', 'open', 'closed')` },
  policy: {
    weight: 2,
    write: ({ table, number }) =>
      `create policy own_${number} on ${table} for select using (code = current_setting('app.code', true))`,
  },
  rowSecurity: { weight: 1, write: ({ table }) => `alter table ${table} enable row level security` },
  block: {
    weight: 2,
    write: ({ table }) =>
      `do $$\nbegin\n  if not exists (select from ${table} where code = 'seed') then\n    insert into ${table} (code) values ('seed');\n  end if;\nend $$`,
  },
  setting: { weight: 4, write: () => "set lock_timeout = '2s'" },
};

/** The same numbers for the same seed, on every machine. */
function drawWith(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function wholeNumber(flag, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} takes whole numbers from 1 on`);
  return number;
}

// Behind the data it works with.
if (flags.analyze === undefined) await bench();
else process.stdout.write(`${JSON.stringify(await analyzeFolder(flags.analyze))}\n`);
