import { anyTable, type Form, integerColumns, isPartitioned, type World, written } from "./world.js";

/** Statements about rows, and those that hold others inside. */
export const dataForms: readonly Form[] = [
  { name: "insert", weight: 5, write: insert },
  { name: "update and delete", weight: 8, write: change },
  { name: "select", weight: 8, write: select },
  { name: "merge", weight: 2, since: 15, write: merge },
  { name: "copy and analyze", weight: 4, write: copyOrAnalyze },
  { name: "inside", weight: 4, write: inside },
];

function insert(world: World): string | undefined {
  const { draw, catalog } = world;
  const table = draw.pick(catalog.tables);
  const free = catalog.tables.find(({ name }) => name === "public.empty_one")!;
  return draw.pick([
    `insert into ${free.name} values (1, 2, 'x')`,
    `insert into ${free.name} (id) values (1) on conflict (id) do update set num = 1 returning *`,
    `insert into ${free.name} (id) select id from ${table.name} where id = 3 on conflict do nothing`,
    `with moved as (delete from ${free.name} returning id) insert into ${free.name} (id) select id + 100 from moved`,
    "insert into public.loose_like values (1, 'x')",
    `insert into public.loose_like select count(*), 'x' from ${table.name}`,
  ]);
}

function change(world: World): string | undefined {
  const { draw, catalog } = world;
  const [table, other] = [anyTable(world), draw.pick(catalog.tables)];
  const column = draw.pickOr(integerColumns(world, table.name));
  if (column === undefined) return undefined;
  const named = written(world, table.name);
  return draw.pick([
    `update ${named} set ${column.column} = ${column.column}`,
    `update ${named} set ${column.column} = ${column.column} where ${column.column} = 3 returning *`,
    `update only ${table.name} x set ${column.column} = x.${column.column} from ${other.name} y`,
    `delete from ${named} where ${column.column} = 5`,
    `delete from ${named} where ${column.column} < 0`,
    `delete from only ${table.name} where false`,
    `with gone as (delete from ${table.name} where ${column.column} = 999 returning *) select count(*) from gone`,
    `delete from ${table.name} x using ${other.name} y where x.${column.column} = -1`,
    "update public.empty_one set num = 1",
  ]);
}

function select(world: World): string {
  const { draw, catalog } = world;
  const relation = draw.pick([...catalog.tables, ...catalog.views, ...catalog.materializedViews]);
  const table = anyTable(world);
  return draw.pick([
    `select * from ${written(world, relation.name)}`,
    `select count(*) from ${relation.name} a, ${table.name} b`,
    `select * from ${table.name} for ${draw.pick(["update", "share", "no key update", "key share"])}`,
    `select * from ${table.name} a, ${relation.name} b for update of a`,
    `select exists (select from ${table.name})`,
    `with x as (select 1 from ${relation.name}) select * from x union all select 2 from ${table.name}`,
    `select * from only ${table.name} limit 1`,
    `table ${relation.name}`,
    `explain select * from ${relation.name}`,
    `explain analyze delete from ${table.name} where false`,
    `declare cur cursor for select * from ${relation.name}`,
  ]);
}

function merge(world: World): string | undefined {
  const { draw, catalog } = world;
  const source = draw.pick(catalog.tables.filter((table) => !isPartitioned(table)));
  return draw.pick([
    `merge into public.empty_one e using (select 1 as one from ${source.name}) s on e.id = s.one when matched then delete`,
    `merge into public.empty_one e using (select 1 as one from ${source.name} limit 1) s on e.id = s.one when not matched then insert (id) values (s.one)`,
  ]);
}

function copyOrAnalyze(world: World): string {
  const { draw } = world;
  const [table, other] = [anyTable(world), anyTable(world)];
  return draw.pick([
    isPartitioned(table)
      ? `copy (select * from ${table.name}) to '/dev/null'`
      : `copy ${written(world, table.name)} to '/dev/null'`,
    "copy public.empty_one from '/dev/null'",
    `analyze ${written(world, table.name)}`,
    `analyze ${table.name}, ${other.name}`,
    "analyze",
  ]);
}

function inside(world: World): string {
  const { draw } = world;
  const table = anyTable(world).name;
  const body = draw.pick([
    `alter table ${table} add column d${draw.int(99)} integer;`,
    `perform 1 from ${table};`,
    `execute 'lock table ' || quote_literal('x')::text;`.replace(/execute.*/, `execute 'select 1';`),
    `if true then create index on ${table} (id); end if;`,
    "null;",
  ]);
  return `do $body$ begin ${body} end $body$`;
}
