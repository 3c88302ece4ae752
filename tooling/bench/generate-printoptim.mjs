// Writes a project shaped like examples/printoptim, of as many SQL files as asked for, always the same for the same seed:
//   node tooling/bench/generate-printoptim.mjs FOLDER [--files 1256] [--seed 1]
// Every table has a file of its own, and so have its rules, its views, its functions and its seed data; foreign keys
// point to tables made earlier. It builds on PostgreSQL 13 to 18.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Nouns that tables are called by; numbers make them unique. */
const nouns = [
  "order",
  "contract",
  "device",
  "invoice",
  "ticket",
  "visit",
  "reading",
  "shipment",
  "quote",
  "claim",
  "budget",
  "route",
];

/**
 * The files of a project, path → text.
 *
 * @param {{ files?: number, seed?: number }} [options] `files` counts .sql files, at least 20
 * @returns {Map<string, string>}
 */
export function generatePrintoptim({ files: wanted = 1256, seed = 1 } = {}) {
  if (!Number.isInteger(wanted) || wanted < 20) throw new RangeError("a project has at least 20 files");
  const random = randomNumbers(seed);
  const project = new Map([["confiture.yaml", configuration]]);
  for (const [path, text] of commonFiles) project.set(`db/0_schema/${path}`, text);
  const tables = [];
  for (let number = 1; ; number += 1) {
    const table = {
      number,
      name: `w_${nouns[number % nouns.length]}_${pad(number)}`,
      parents: pickParents(tables, random),
    };
    tables.push(table);
    for (const [path, text] of filesOf(table, random)) {
      if (project.size - 1 === wanted) return project;
      project.set(`db/0_schema/${path}`, text);
    }
  }
}

const configuration = `environments:
  local: { database_url: embedded }
schema:
  load_order:
    - db/0_schema/00_common/000_security
    - db/0_schema/00_common/001_functions
    - db/0_schema/00_common/**/*
    - db/0_schema/01_write_side/**/*
    - db/0_schema/02_query_side/**/*
    - db/0_schema/03_functions/**/*
    - db/0_schema/019_prep_seed/**/*
`;

const commonFiles = [
  [
    "00_common/000_security/0001_roles.sql",
    `do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'generated_app') then
    create role generated_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then
    raise notice 'made by somebody else meanwhile';
end
$$;
`,
  ],
  [
    "00_common/001_functions/0011_fn_current_tenant_id.sql",
    `create function fn_current_tenant_id() returns uuid
language sql stable parallel safe
as $$
  select nullif(current_setting('printoptim.tenant_id', true), '')::uuid
$$;
`,
  ],
  [
    "00_common/001_functions/0012_fn_touch_updated_at.sql",
    `create function fn_touch_updated_at() returns trigger
language plpgsql
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
`,
  ],
  ["00_common/002_types/0021_money_amount.sql", "create domain money_amount as numeric(14, 2) check (value >= 0);\n"],
  [
    "00_common/002_types/0022_work_state.sql",
    "create type work_state as enum ('open', 'running', 'done', 'cancelled');\n",
  ],
  [
    "01_write_side/0000_tenants/00000_w_tenants.sql",
    `create table w_tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null unique
);

comment on table w_tenants is 'Every other row belongs to one.';
`,
  ],
  [
    "019_prep_seed/00000_tenants.sql",
    "insert into w_tenants (id, name)\nselect md5('tenant:' || number)::uuid, 'Tenant ' || number\nfrom generate_series(1, 4) as number;\n",
  ],
];

/** Up to two tables made before, the recent ones more often. */
function pickParents(tables, random) {
  const parents = new Set();
  for (let count = Math.floor(random() * 3); count > 0 && tables.length > 0; count -= 1) {
    const back = Math.floor(random() * Math.min(tables.length, 25)) + 1;
    parents.add(tables[tables.length - back]);
  }
  return [...parents];
}

function filesOf(table, random) {
  const { number, name } = table;
  const folder = `${pad(Math.ceil(number / 12))}_module`;
  const file = `${pad(number)}0`;
  const partitioned = random() < 0.1;
  const rows = 1 + Math.floor(random() * 20);
  return [
    [`01_write_side/${folder}/${file}_${name}.sql`, tableText(table, partitioned)],
    [`01_write_side/${folder}/${file}_${name}_rules.sql`, rulesText(name)],
    [`02_query_side/${folder}/${file}_r_${name.slice(2)}.sql`, viewText(table)],
    [`03_functions/${folder}/${file}_fn_close_${name.slice(2)}.sql`, commandText(name)],
    [`019_prep_seed/${folder}/${file}_${name}.sql`, seedText(table, rows)],
  ];
}

function tableText({ name, parents }, partitioned) {
  const columns = parents.map((parent) => `  ${parent.name}_id uuid,\n`).join("");
  const keys = parents
    .map(
      (parent) =>
        `  constraint ${name}_of_${parent.number} foreign key (${parent.name}_id, tenant_id) references ${parent.name} (id, tenant_id),\n`,
    )
    .join("");
  return `create table ${name} (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id),
${columns}  title text not null,
  state work_state not null default 'open',
  amount money_amount not null default 0,
  updated_at timestamptz not null default now(),
${keys}  primary key (id, tenant_id),
  constraint ${name}_title_not_blank check (btrim(title) <> '')
)${partitioned ? " partition by hash (tenant_id)" : ""};
${partitioned ? partitionsOf(name) : ""}
create index ${name}_open on ${name} (tenant_id, updated_at) where state = 'open';

comment on table ${name} is 'Generated; ${parents.length === 0 ? "it stands alone" : `it belongs to ${parents.map((parent) => parent.name).join(" and ")}`}.';
`;
}

function partitionsOf(name) {
  return [0, 1, 2]
    .map(
      (remainder) =>
        `\ncreate table ${name}_p${remainder} partition of ${name} for values with (modulus 3, remainder ${remainder});\n`,
    )
    .join("");
}

function rulesText(name) {
  return `alter table ${name} enable row level security;

create policy ${name}_own_tenant on ${name} for all to generated_app
  using (tenant_id = fn_current_tenant_id())
  with check (tenant_id = fn_current_tenant_id());

create trigger ${name}_touch before update on ${name}
  for each row execute function fn_touch_updated_at();

grant select, insert, update, delete on ${name} to generated_app;
`;
}

function viewText({ name, parents }) {
  const joins = parents
    .map(
      (parent, index) => `left join ${parent.name} as parent_${index} on parent_${index}.id = base.${parent.name}_id\n`,
    )
    .join("");
  const titles = parents.map((_parent, index) => `  parent_${index}.title as parent_${index}_title,\n`).join("");
  return `create view r_${name.slice(2)} with (security_barrier) as
select
  base.tenant_id,
  base.id,
  base.title,
${titles}  base.state,
  base.amount
from ${name} as base
${joins}where base.tenant_id = fn_current_tenant_id();

grant select on r_${name.slice(2)} to generated_app;
`;
}

function commandText(name) {
  return `create function fn_close_${name.slice(2)}(closed_id uuid, final_amount money_amount default 0) returns boolean
language plpgsql
as $$
begin
  update ${name}
  set state = 'done', amount = final_amount
  where id = closed_id and state in ('open', 'running');
  return found;
end
$$;

comment on function fn_close_${name.slice(2)}(uuid, money_amount) is 'Command: true when it was open.';
`;
}

function seedText({ name, parents }, rows) {
  const columns = parents.map((parent) => `, ${parent.name}_id`).join("");
  return `insert into ${name} (tenant_id${columns}, title, amount)
select tenants.id${parents.map(() => ", null").join("")}, 'Row ' || number, number * 1.5
from generate_series(1, ${rows}) as number
join w_tenants as tenants on tenants.name = 'Tenant ' || (1 + number % 4);
`;
}

function pad(number) {
  return String(number).padStart(4, "0");
}

/** Numbers in [0, 1) that depend on the seed alone (a 32-bit xorshift). */
function randomNumbers(seed) {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** Writes the files of a project below a folder. */
export function writeProject(folder, files) {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { files: { type: "string", default: "1256" }, seed: { type: "string", default: "1" } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error("usage: generate-printoptim.mjs FOLDER [--files 1256] [--seed 1]");
  const files = generatePrintoptim({ files: Number(values.files), seed: Number(values.seed) });
  writeProject(folder, files);
  process.stderr.write(`wrote ${files.size - 1} SQL files to ${folder}\n`);
}
