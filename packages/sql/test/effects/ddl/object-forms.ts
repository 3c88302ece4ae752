import {
  anyTable,
  columnsOf,
  constraintsOf,
  type Form,
  freshName,
  integerColumns,
  type World,
  written,
} from "./world.js";

/** Statements about what is not a table, and about what every object has. */
export const objectForms: readonly Form[] = [
  { name: "views", weight: 8, write: changeViews },
  { name: "materialized views", weight: 6, write: changeMaterializedViews },
  { name: "sequences", weight: 7, write: changeSequences },
  { name: "types", weight: 7, write: changeTypes },
  { name: "domains", weight: 10, write: changeDomains },
  { name: "functions", weight: 5, write: changeFunctions },
  { name: "publications", weight: 6, write: changePublications },
  { name: "statistics", weight: 4, write: changeStatistics },
  { name: "schemas", weight: 4, write: changeSchemas },
  { name: "foreign tables", weight: 4, write: changeForeignTables },
  { name: "comments", weight: 5, write: comment },
  { name: "grants", weight: 5, write: grant },
  { name: "rarer objects", weight: 8, write: changeRarer },
];

function changeViews(world: World): string | undefined {
  const { draw, catalog } = world;
  const [source, view] = [draw.pick([...catalog.tables, ...catalog.views]), draw.pickOr(catalog.views)];
  return draw.pick([
    `create view ${freshName(world)} as select * from ${written(world, source.name)}`,
    `create view ${freshName(world)} as select count(*) as n from ${source.name} a, ${anyTable(world).name} b`,
    view && `create or replace view ${view.name} as ${view.definition.replace(/;\s*$/, "")}`,
    view && `drop view ${written(world, view.name)}${draw.pick(["", " cascade", " cascade"])}`,
    view && `alter view ${view.name} rename to ${freshName(world)}`,
    view && `alter view ${view.name} rename column ${view.columns[0]!.column} to ${freshName(world)}`,
    view && `alter view ${view.name} set (security_barrier = true)`,
    view && `alter view ${view.name} set schema spare`,
    view && `alter view ${view.name} owner to pg_monitor`,
    view && `alter view ${view.name} alter column ${view.columns[0]!.column} set default 1`,
    view && `comment on view ${view.name} is 'a view'`,
  ]);
}

function changeMaterializedViews(world: World): string | undefined {
  const { draw, catalog } = world;
  const [source, view] = [draw.pick([...catalog.tables, ...catalog.views]), draw.pickOr(catalog.materializedViews)];
  return draw.pick([
    `create materialized view ${freshName(world)} as select * from ${source.name}${draw.pick(["", " with no data"])}`,
    view && `refresh materialized view ${view.name}`,
    view && `refresh materialized view concurrently ${view.name}`,
    view && `refresh materialized view ${view.name} with no data`,
    view && `drop materialized view ${view.name}${draw.pick(["", " cascade"])}`,
    view && `alter materialized view ${view.name} rename to ${freshName(world)}`,
    view && `alter materialized view ${view.name} set (fillfactor = 50)`,
    view && `alter materialized view ${view.name} alter column id set statistics 9`,
    view && `alter materialized view ${view.name} set schema spare`,
    view && `alter materialized view ${view.name} owner to pg_monitor`,
    view && `comment on materialized view ${view.name} is 'kept'`,
  ]);
}

function changeSequences(world: World): string | undefined {
  const { draw, catalog } = world;
  const sequence = draw.pickOr(catalog.sequences);
  if (sequence === undefined) return undefined;
  const name = written(world, sequence.name);
  const table = draw.pick(catalog.tables.filter(({ schema }) => schema === sequence.schema));
  const column = table && draw.pickOr(integerColumns(world, table.name));
  return draw.pick([
    `create sequence ${freshName(world)}`,
    column && `create sequence ${table.schema}.seq_${draw.int(99)} owned by ${column.name}`,
    `alter sequence ${name} restart with 10`,
    `alter sequence ${name} increment by 5 cache 3`,
    `alter sequence ${name} as bigint`,
    `alter sequence if exists ${name} owner to current_user`,
    column && `alter sequence ${sequence.name} owned by ${column.name}`,
    `alter sequence ${name} owned by none`,
    `alter sequence ${name} rename to ${freshName(world)}`,
    `alter sequence ${name} set schema spare`,
    ...(world.version >= 15 ? [`alter sequence ${name} set ${draw.pick(["logged", "unlogged"])}`] : []),
    `drop sequence ${name}${draw.pick([" cascade", ""])}`,
    `select nextval('${sequence.name}')`,
    `select setval('${sequence.name}', 5)`,
    `comment on sequence ${name} is 'counts'`,
    `grant usage on sequence ${name} to pg_monitor`,
  ]);
}

function changeTypes(world: World): string {
  const { draw } = world;
  return draw.pick([
    `create type ${freshName(world)} as enum ('a', 'b')`,
    `create type ${freshName(world)} as (x integer, y mood)`,
    `create type ${freshName(world)} as range (subtype = integer)`,
    "alter type mood add value 'elated' after 'ok'",
    "alter type mood add value if not exists 'ok'",
    "alter type mood rename value 'ok' to 'fine'",
    "alter type mood rename to humour",
    "alter type mood set schema spare",
    "alter type mood owner to pg_monitor",
    "alter type loose add attribute z integer cascade",
    "alter type loose drop attribute y cascade",
    "alter type loose alter attribute x type bigint cascade",
    "alter type loose rename attribute x to xx cascade",
    "alter type pair rename to couple",
    "alter type pair add attribute z integer",
    "drop type mood cascade",
    "drop type pair cascade",
    "drop type if exists loose cascade",
    "drop type if exists not_there",
    "comment on type mood is 'how it feels'",
    "grant usage on type mood to pg_monitor",
  ]);
}

function changeDomains(world: World): string {
  const { draw } = world;
  const domain = draw.pick(["positive", "small", "label"]);
  const check = domain === "label" ? "value <> ''" : "value > -5";
  return draw.pick([
    `create domain ${freshName(world)} as integer check (value > 0)`,
    `create domain ${freshName(world)} as positive not null`,
    `alter domain ${domain} add constraint dc_${draw.int(99)} check (${check})`,
    `alter domain ${domain} add constraint dc_${draw.int(99)} check (${check})`,
    `alter domain ${domain} add constraint dc_${draw.int(99)} check (${check}) not valid`,
    `alter domain positive validate constraint positive_check`,
    `alter domain positive drop constraint ${draw.pick(["positive_check", "if exists not_there"])}`,
    `alter domain ${domain} set default ${domain === "label" ? "'l'" : "7"}`,
    `alter domain ${domain} drop default`,
    `alter domain ${domain} set not null`,
    `alter domain ${domain} drop not null`,
    `alter domain ${domain} rename to ${freshName(world)}`,
    "alter domain positive rename constraint positive_check to still_positive",
    `alter domain ${domain} set schema spare`,
    `alter domain ${domain} owner to pg_monitor`,
    `drop domain ${domain} cascade`,
    `comment on domain ${domain} is 'a domain'`,
    ...(world.version >= 17 ? [`alter domain ${domain} add constraint dn not null`] : []),
  ]);
}

function changeFunctions(world: World): string {
  const { draw } = world;
  const table = anyTable(world).name;
  return draw.pick([
    `create function f_${draw.int(99)}() returns bigint language sql as 'select count(*) from ${table}'`,
    `create or replace function steady(integer) returns integer language sql immutable as 'select $1 + 2'`,
    "create or replace function stamp() returns trigger language plpgsql as 'begin return old; end'",
    `create procedure p_${draw.int(99)}() language sql as 'delete from ${table}'`,
    ...(world.version >= 14
      ? [
          `create function f_${draw.int(99)}() returns bigint language sql begin atomic select count(*) from ${table}; end`,
        ]
      : []),
    "alter function wild() stable",
    "alter function wild() rename to tame",
    "alter function steady(integer) owner to pg_monitor",
    "alter function steady(integer) set schema spare",
    "drop function stamp() cascade",
    "drop function wild()",
    "drop function steady(integer) cascade",
    "drop procedure nothing()",
    "drop routine if exists not_there",
    "call nothing()",
    "comment on function wild() is 'wild'",
    "grant execute on function wild() to pg_monitor",
  ]);
}

function changePublications(world: World): string | undefined {
  const { draw, catalog } = world;
  const table = draw.pick(catalog.tables.filter(({ persistence }) => persistence === "permanent"));
  const publication = draw.pickOr(catalog.publications.filter(({ allTables }) => !allTables));
  const member = publication?.tables[0];
  return draw.pick([
    `create publication pu_${draw.int(99)} for table ${written(world, table.name)}`,
    `create publication pu_${draw.int(99)} for all tables`,
    ...(world.version >= 15 ? [`create publication pu_${draw.int(99)} for tables in schema public`] : []),
    publication && `alter publication ${publication.name} add table ${table.name}`,
    publication && `alter publication ${publication.name} set table ${table.name}`,
    publication && member && `alter publication ${publication.name} drop table ${member.table}`,
    publication && `alter publication ${publication.name} set (publish = 'insert')`,
    publication && `drop publication ${publication.name}`,
    publication && `alter publication ${publication.name} rename to ${freshName(world)}`,
    publication && `comment on publication ${publication.name} is 'news'`,
    ...(world.version >= 15 && publication ? [`alter publication ${publication.name} add tables in schema spare`] : []),
  ]);
}

function changeStatistics(world: World): string | undefined {
  const { draw, catalog } = world;
  const table = anyTable(world);
  const columns = columnsOf(world, table.name).filter(
    ({ type, generated }) => /^(integer|bigint|text|numeric|date)/.test(type) && generated?.kind !== "virtual",
  );
  const [first, second] = columns;
  const own = draw.pickOr(catalog.statistics);
  return draw.pick([
    first && second && `create statistics st_${draw.int(99)} on ${first.column}, ${second.column} from ${table.name}`,
    own && `drop statistics ${own.name}`,
    own && `alter statistics ${own.name} set statistics 50`,
    own && `alter statistics ${own.name} rename to ${freshName(world)}`,
    own && `alter statistics ${own.name} owner to pg_monitor`,
    own && `alter statistics ${own.name} set schema spare`,
    own && `comment on statistics ${own.name} is 'numbers'`,
  ]);
}

function changeSchemas({ draw }: World): string {
  return draw.pick([
    "create schema brand_new",
    "create schema brand_new create table t (id integer primary key) create view v as select id from t",
    "alter schema side rename to aside",
    "alter schema side owner to pg_monitor",
    "drop schema spare",
    "drop schema spare cascade",
    "drop schema side cascade",
    'drop schema "S 2" cascade',
    "comment on schema side is 'a schema'",
    "grant usage on schema side to pg_monitor",
    "grant select on all tables in schema side to pg_monitor",
    "alter default privileges in schema side grant select on tables to pg_monitor",
  ]);
}

function changeForeignTables(world: World): string {
  return world.draw.pick([
    "alter foreign table far_away add column c integer",
    "alter foreign table far_away drop column b",
    "alter foreign table far_away alter column b type varchar",
    "alter foreign table far_away alter column b options (add column_name 'x')",
    "alter foreign table far_away options (add table_name 'x')",
    "alter foreign table far_away rename to farther",
    "alter foreign table far_away set schema spare",
    "alter foreign table far_away add constraint fc check (id > 0)",
    "drop foreign table far_away",
    "drop server far cascade",
    "drop foreign data wrapper nowhere cascade",
    "alter server far options (add host 'x')",
    "alter server far rename to farther",
    "create user mapping for current_user server far",
    "comment on foreign table far_away is 'far'",
  ]);
}

function comment(world: World): string | undefined {
  const { draw } = world;
  const table = anyTable(world);
  const [column, constraint] = [draw.pick(columnsOf(world, table.name)), draw.pickOr(constraintsOf(world, table.name))];
  return draw.pick([
    `comment on table ${written(world, table.name)} is ${draw.pick(["'told'", "null"])}`,
    column && `comment on column ${column.name} is 'told'`,
    constraint && `comment on constraint ${constraint.constraint} on ${table.name} is 'told'`,
    "comment on extension plpgsql is 'told'",
    "comment on constraint positive_check on domain positive is 'told'",
    "comment on role pg_monitor is 'told'",
  ]);
}

function grant(world: World): string | undefined {
  const { draw } = world;
  const [table, other] = [anyTable(world), anyTable(world)];
  const column = draw.pick(columnsOf(world, table.name));
  return draw.pick([
    `grant select, insert on ${written(world, table.name)} to pg_monitor`,
    `grant all on table ${table.name}, ${other.name} to pg_monitor with grant option`,
    column && `grant select (${column.column}) on ${table.name} to pg_monitor`,
    `revoke all on ${written(world, table.name)} from pg_monitor cascade`,
    "grant select on all tables in schema public to pg_monitor",
    "revoke usage on all sequences in schema public from pg_monitor",
    "drop owned by pg_monitor",
    "grant pg_monitor to current_user",
  ]);
}

function changeRarer({ draw }: World): string {
  return draw.pick([
    "alter event trigger watch disable",
    "drop event trigger watch",
    "create event trigger second on sql_drop execute function note_ddl()",
    "alter aggregate side.total (integer) rename to sum_up",
    "drop aggregate side.total (integer)",
    "drop collation side.plain_c",
    "alter collation side.plain_c rename to plainer",
    'create collation c_new from "C"',
    "create text search dictionary dict_new (template = simple)",
    "alter text search configuration words rename to phrases",
    "drop text search configuration words",
    "create cast (mood as integer) with inout",
    "create operator public.=== (leftarg = integer, rightarg = integer, function = int4eq)",
    "create access method heap2 type table handler heap_tableam_handler",
    "create conversion conv_new for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    "set local lock_timeout = '1s'",
    "set constraints all immediate",
    "discard plans",
    "listen something",
    "prepare q as select 1",
    "do 'begin perform 1; end'",
    "create role confiture_nobody; drop role confiture_nobody".split(";")[0]!,
    "alter table all in tablespace pg_default set tablespace pg_default",
    "create operator family fam_new using btree",
    "create aggregate sum_new (integer) (sfunc = int4pl, stype = integer)",
    "create operator class class_new for type integer using hash as operator 1 =, function 1 hashint4(integer)",
    "alter operator family pg_catalog.integer_ops using btree owner to current_user",
    "alter text search dictionary pg_catalog.simple (accept = true)",
    "create foreign data wrapper elsewhere",
    "create server near foreign data wrapper nowhere",
    "alter foreign data wrapper nowhere options (add x 'y')",
    "create extension if not exists plpgsql",
    "create subscription sub_new connection 'host=127.0.0.1 port=1' publication none with (connect = false)",
    "alter role current_user set work_mem = '8MB'",
    "revoke pg_monitor from current_user",
    "load 'plpgsql'",
  ]);
}
