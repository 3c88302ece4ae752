// How long facts and assessment of a plan over many tables take: p50, p95 and p99 of many runs. Asserts nothing about time.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { noEffect } from "../../packages/model/dist/index.js";
import { assessRisk, readRiskFacts, relationsOf } from "../../packages/risk/dist/index.js";
import { describeMachine } from "./measure/describe-machine.mjs";
import { openThrowawayServer } from "./measure/open-throwaway-server.mjs";
import { renderTable } from "./measure/render-table.mjs";

const { values: flags } = parseArgs({
  options: {
    tables: { type: "string", default: "1000" },
    "server-version": { type: "string", default: "18" },
    runs: { type: "string", default: "60" },
    json: { type: "string" },
  },
});
const tables = wholeNumber("--tables", flags.tables);
const version = wholeNumber("--server-version", flags["server-version"]);
const runs = wholeNumber("--runs", flags.runs);

const { workspace, onDatabase, close } = await openThrowawayServer({
  version,
  settings: { max_locks_per_transaction: 1024 },
});
try {
  report(await onDatabase("postgres", measure));
} finally {
  await close();
}

async function measure(session) {
  await fill(session);
  const operations = plan();
  const relations = relationsOf(operations);
  const requirements = operations.flatMap(({ effect }) => effect.requires);
  const samples = { "facts + assessment": [], facts: [], assessment: [] };
  // The first turn only fills the caches and is not counted.
  for (let run = 0; run <= runs; run++) {
    const started = performance.now();
    const facts = await readRiskFacts(session, { relations, requirements });
    const read = performance.now();
    const assessment = assessRisk({ operations, facts });
    const ended = performance.now();
    if (assessment.factors.some(({ measured }) => measured === null)) throw new Error("a factor is not known");
    if (run === 0) continue;
    samples["facts + assessment"].push(ended - started);
    samples.facts.push(read - started);
    samples.assessment.push(ended - read);
  }
  return samples;
}

/** A plan that works on every table: a column, and NOT NULL for another one, which has to be proved by reading. */
function plan() {
  return Array.from({ length: tables }, (_, index) => `public.t${index + 1}`).flatMap((relation) => {
    const on = { kind: "table", name: relation };
    const locks = [{ relation, mode: "AccessExclusiveLock" }];
    return [
      { kind: "add_column", on, part: "fresh", effect: { ...noEffect, locks } },
      {
        kind: "set_not_null",
        on,
        part: "parent",
        effect: {
          ...noEffect,
          locks,
          scans: [{ relation, why: "not_null" }],
          compatibility: { runningCode: "depends", because: "inserts of nulls fail" },
          requires: [{ kind: "not_null", relation, column: "parent" }],
        },
      },
    ];
  });
}

/** Tables as applications have them: seven columns, four constraints, three indexes, some rows; views, triggers and functions. */
async function fill(session) {
  const batch = 200;
  for (let from = 1; from <= tables; from += batch) {
    const to = Math.min(tables, from + batch - 1);
    await session.query(`do $$ begin for i in ${from}..${to} loop
      execute format('create table t%1$s (id bigint generated always as identity primary key,
        parent bigint references t%2$s (id), code varchar(40) not null unique, amount numeric(12,2) default 0 check (amount >= 0),
        note text, placed timestamptz not null default now(), tags jsonb)', i, i - (i > 1)::int);
      execute format('create index on t%s (placed) where note is not null', i);
      execute format('insert into t%s (code, note) select n::text, repeat(''word '', 20) from generate_series(1, 200) n', i);
      execute format('update t%s set parent = id', i);
      if i % 10 = 0 then execute format('create view v%1$s as select id, code, amount from t%1$s where amount > 0', i); end if;
      if i % 20 = 0 then execute format('create function f%1$s(n bigint) returns bigint language sql as %2$L', i,
        'select count(*) from t' || i || ' where parent = n'); end if;
    end loop; end $$`);
  }
  await session.query("vacuum analyze");
}

function report(samples) {
  const machine = describeMachine(workspace);
  const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)].toFixed(0);
  const rows = Object.entries(samples).map(([what, measured]) => {
    const sorted = [...measured].sort((a, b) => a - b);
    return [what, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), sorted.at(-1).toFixed(0)];
  });
  process.stdout.write(
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, PostgreSQL ${version}; ` +
      `${tables} tables, ${runs} runs\n\n${renderTable(["ms", "p50", "p95", "p99", "max"], rows)}\n`,
  );
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify({ machine, version, tables, samples }, null, 2)}\n`);
  }
}

function wholeNumber(flag, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} takes whole numbers from 1 on`);
  return number;
}
