import type { CatalogTable } from "@confiture/model";
import { alterTableParts } from "./alter-table-forms.js";
import {
  anyTable,
  columnsOf,
  constraintsOf,
  type Form,
  freshName,
  indexesOf,
  isPartitioned,
  ownColumns,
  ownName,
  partitionsOf,
  referableKeys,
  triggersOf,
  type World,
  writeOne,
  written,
} from "./world.js";

/** Statements about tables and what hangs on them. */
export const tableForms: readonly Form[] = [
  {
    name: "alter table",
    weight: 60,
    write(world) {
      const table = anyTable(world);
      const wanted = world.draw.pick([1, 1, 1, 2, 3]);
      const chosen = Array.from({ length: wanted }, () => writeOne(alterTableParts, world, table));
      const unique = [...new Set(chosen.filter((part) => part !== undefined))];
      const only = !hasChildren(world, table) && world.draw.percent(8) ? "only " : "";
      const exists = world.draw.percent(8) ? "if exists " : "";
      return unique.length === 0
        ? undefined
        : `alter table ${exists}${only}${written(world, table.name)} ${unique.join(", ")}`;
    },
  },
  {
    name: "alter a table that is not there",
    weight: 1,
    write: () => "alter table if exists not_there add column x integer",
  },
  {
    name: "rename",
    weight: 6,
    write(world) {
      const table = anyTable(world);
      const named = written(world, table.name);
      const chosen = world.draw.pickOr(
        ownColumns(world, table.name).filter(({ inheritance }) => inheritance === undefined),
      );
      const constraint = world.draw.pickOr(
        constraintsOf(world, table.name).filter(
          ({ inheritance, parent }) => inheritance === undefined && parent === undefined,
        ),
      );
      return world.draw.pick([
        `alter table ${named} rename to ${freshName(world)}`,
        chosen && `alter table ${named} rename column ${chosen.column} to ${freshName(world)}`,
        constraint && `alter table ${named} rename constraint ${constraint.constraint} to ${freshName(world)}`,
      ]);
    },
  },
  {
    name: "set schema",
    weight: 3,
    write: (world) => `alter table ${written(world, anyTable(world).name)} set schema spare`,
  },
  { name: "drop table", weight: 7, write: dropTable },
  { name: "truncate", weight: 6, write: truncate },
  { name: "create table", weight: 8, write: createTable },
  { name: "partitions", weight: 16, write: changePartitions },
  { name: "create index", weight: 10, write: createIndex },
  { name: "change index", weight: 8, write: changeIndex },
  { name: "reindex and cluster", weight: 6, write: rebuild },
  { name: "triggers", weight: 6, write: changeTriggers },
  { name: "rules", weight: 4, write: changeRules },
  { name: "policies", weight: 4, write: changePolicies },
  {
    name: "lock",
    weight: 3,
    write(world) {
      const target = world.draw.pick([...world.catalog.tables, ...world.catalog.views]);
      const mode = world.draw.pick([
        "access share",
        "row share",
        "row exclusive",
        "share update exclusive",
        "share",
        "share row exclusive",
        "exclusive",
        "access exclusive",
      ]);
      return `lock table ${world.draw.percent(20) ? "only " : ""}${written(world, target.name)} in ${mode} mode${world.draw.pick(["", " nowait"])}`;
    },
  },
];

function hasChildren({ catalog }: World, { name }: CatalogTable): boolean {
  return catalog.tables.some(({ inherits, partition }) => inherits.includes(name) || partition?.of === name);
}

function dropTable(world: World): string {
  const table = anyTable(world);
  const second = world.draw.percent(15) ? `, ${anyTable(world).name}` : "";
  return `drop table ${world.draw.pick(["", "if exists "])}${written(world, table.name)}${second}${world.draw.pick([" cascade", " cascade", " cascade", ""])}`;
}

function truncate(world: World): string {
  const table = anyTable(world);
  const restart = world.draw.pick(["", "", " restart identity", " continue identity"]);
  if (world.draw.percent(15)) return `truncate ${table.name}, ${anyTable(world).name} cascade`;
  const only = isPartitioned(table) || world.draw.percent(80) ? "" : "only ";
  return `truncate ${world.draw.pick(["", "table "])}${only}${written(world, table.name)}${restart}${world.draw.pick([" cascade", " cascade", ""])}`;
}

function createTable(world: World): string | undefined {
  const { draw } = world;
  const [name, like] = [freshName(world), anyTable(world)];
  const key = draw.pickOr(referableKeys(world));
  const source = draw.pick([...world.catalog.tables, ...world.catalog.views, ...world.catalog.materializedViews]);
  return draw.pick([
    `create table ${name} (id integer primary key, body text unique)`,
    key && `create table ${name} (id integer primary key, r bigint references ${key.table} (${key.column}))`,
    key &&
      `create unlogged table if not exists spare.${name} (r bigint, foreign key (r) references ${key.table} (${key.column}))`,
    `create table ${name} (like ${like.name} ${draw.pick(["", "including all", "including defaults including constraints"])})`,
    `create table ${name} as select * from ${source.name}${draw.pick(["", " with no data"])}`,
    `select * into ${name} from ${source.name}`,
    isPartitioned(like) || like.partition !== undefined
      ? undefined
      : `create table ${name} (more integer) inherits (${like.name})`,
    `create table if not exists ${like.name} (id integer)`,
    `create table ${name} of loose`,
    `create table ${name} (id integer) partition by hash (id)`,
    `create foreign table ${name} (id integer) server far`,
    `create table ${name} (id serial, d positive check (d > 1), m mood, p pair)`,
  ]);
}

function changePartitions(world: World): string | undefined {
  const { draw, catalog } = world;
  const parent = draw.pickOr(catalog.tables.filter(isPartitioned));
  if (parent === undefined) return undefined;
  const [name, parts] = [freshName(world), partitionsOf(world, parent.name)];
  const bound = boundFor(world, parent);
  const candidate = { "public.span": "span_new", "side.kinds": "kinds_new" }[parent.name];
  const part = draw.pickOr(parts);
  return draw.pick([
    bound && `create table ${name} partition of ${parent.name} ${bound}`,
    bound && parent.name === "public.span"
      ? `create table ${name} partition of ${parent.name} ${bound} partition by list (kind)`
      : undefined,
    bound && candidate && `alter table ${parent.name} attach partition ${candidate} ${bound}`,
    bound && candidate && `alter table ${parent.name} attach partition ${candidate} ${bound}`,
    part && `alter table ${parent.name} detach partition ${part.name}`,
    part && `alter table ${parent.name} detach partition ${part.name}`,
    part && `drop table ${part.name}`,
    hasDefault(world, parent.name) ? undefined : `create table ${name} partition of ${parent.name} default`,
  ]);
}

function hasDefault(world: World, table: string): boolean {
  return partitionsOf(world, table).some(({ partition }) => partition?.bound === "DEFAULT");
}

function boundFor({ draw }: World, { name }: CatalogTable): string | undefined {
  if (name === "public.span") return draw.pick(["for values from (300) to (400)", "for values from (250) to (500)"]);
  return name === "side.kinds" ? "for values in ('happy')" : undefined;
}

function createIndex(world: World): string | undefined {
  const { draw } = world;
  const relation = draw.pick([...world.catalog.tables, ...world.catalog.tables, ...world.catalog.materializedViews]);
  const columns = columnsOf(world, relation.name).filter(({ type }) =>
    /^(integer|bigint|text|character varying|numeric|date|uuid)/.test(type),
  );
  const column = relation.name === "public.kept" ? "id" : draw.pickOr(columns)?.column;
  if (column === undefined) return undefined;
  const on = `on ${draw.percent(8) ? "only " : ""}${written(world, relation.name)}`;
  return draw.pick([
    `create index ${freshName(world)} ${on} (${column})`,
    `create index ${on} (${column} desc nulls last)`,
    `create index if not exists ${freshName(world)} ${on} using brin (${column})`,
    `create index ${on} using hash (${column})`,
    `create index ${on} (${column}) where ${column} is not null`,
    `create index ${on} ((${column}::text || 'x'))`,
    `create index ${on} (${column}) include (${column})`,
    `create unique index ${on} (${"partitionKey" in relation ? "id" : column})`,
  ]);
}

function changeIndex(world: World): string | undefined {
  const { draw, catalog } = world;
  const index = draw.pickOr(catalog.indexes);
  if (index === undefined) return undefined;
  const named = written(world, index.name);
  const free = draw.pickOr(
    catalog.indexes.filter(({ constraint, parent }) => constraint === undefined && parent === undefined),
  );
  const lonely = catalog.indexes.find(({ name }) => name === "public.span_only");
  return draw.pick([
    free && `drop index ${draw.pick(["", "if exists "])}${written(world, free.name)}${draw.pick(["", " cascade"])}`,
    free && `drop index ${free.name}`,
    `alter index ${named} rename to ${freshName(world)}`,
    `alter table ${named} rename to ${freshName(world)}`,
    / using btree /i.test(index.definition) ? `alter index ${named} set (fillfactor = 60)` : undefined,
    `alter index ${named} set tablespace pg_default`,
    /\(\(/.test(index.definition) ? `alter index ${named} alter column 1 set statistics 50` : undefined,
    lonely &&
      `alter index ${lonely.name} attach partition ${draw.pickOr(indexesOf(world, "public.span_low"))?.name ?? lonely.name}`,
    "alter index if exists not_there rename to nothing_there",
    `comment on index ${named} is 'an index'`,
  ]);
}

/** Of partitioned tables and indexes they do not run in a transaction. */
function rebuild(world: World): string | undefined {
  const { draw, catalog } = world;
  const plain = catalog.tables.filter((table) => !isPartitioned(table));
  const table = draw.pick(plain);
  const index = draw.pickOr(catalog.indexes.filter(({ table: of }) => plain.some(({ name }) => name === of)));
  const ordered = draw.pickOr(
    indexesOf(world, table.name).filter(
      ({ definition }) => / using btree /i.test(definition) && !/ where /i.test(definition),
    ),
  );
  return draw.pick([
    index && `reindex index ${written(world, index.name)}`,
    `reindex table ${written(world, table.name)}`,
    `reindex (verbose) table ${table.name}`,
    ordered && `cluster ${written(world, table.name)} using ${ownName(ordered.name)}`,
    ordered && `cluster ${written(world, table.name)} using ${ownName(ordered.name)}`,
  ]);
}

function changeTriggers(world: World): string {
  const { draw } = world;
  const table = anyTable(world);
  const own = draw.pickOr(triggersOf(world, table.name));
  const each = draw.pick(["for each row", "for each statement"]);
  const created = `trigger t_${draw.int(99)} after ${draw.pick(["insert", "update", "delete", "insert or update"])} on ${written(world, table.name)} ${each} execute function stamp()`;
  const key = draw.pickOr(referableKeys(world));
  if (own === undefined || draw.percent(50)) {
    if (key !== undefined && !isPartitioned(table) && draw.percent(20)) {
      return `create constraint trigger t_${draw.int(99)} after insert on ${table.name} from ${key.table} deferrable for each row execute function stamp()`;
    }
    return `create ${world.version >= 14 && draw.percent(20) ? "or replace " : ""}${created}`;
  }
  return draw.pick([
    `drop trigger ${own.trigger} on ${own.table}`,
    `drop trigger if exists ${own.trigger} on ${own.table} cascade`,
    `alter trigger ${own.trigger} on ${own.table} rename to ${freshName(world)}`,
    `comment on trigger ${own.trigger} on ${own.table} is 'a trigger'`,
    `alter trigger ${own.trigger} on ${own.table} depends on extension plpgsql`,
  ]);
}

function changeRules(world: World): string | undefined {
  const { draw, catalog } = world;
  const [table, other] = [anyTable(world), draw.pick(catalog.tables)];
  const rule = draw.pickOr(catalog.rules);
  const named = rule?.name.slice(0, -` on ${rule.table}`.length);
  return draw.pick([
    `create rule r_${draw.int(99)} as on update to ${table.name} do also nothing`,
    `create or replace rule r_${draw.int(99)} as on delete to ${table.name} do also select 1 from ${other.name}`,
    rule && `drop rule ${named} on ${rule.table}${draw.pick(["", " cascade"])}`,
    rule && `alter rule ${named} on ${rule.table} rename to ${freshName(world)}`,
    rule && `comment on rule ${named} on ${rule.table} is 'a rule'`,
  ]);
}

function changePolicies(world: World): string | undefined {
  const { draw, catalog } = world;
  const [table, other, policy] = [anyTable(world), draw.pick(catalog.tables), draw.pickOr(catalog.policies)];
  return draw.pick([
    `create policy po_${draw.int(99)} on ${table.name} using (true)`,
    `create policy po_${draw.int(99)} on ${table.name} for insert to pg_monitor with check (exists (select from ${other.name}))`,
    policy &&
      `alter policy ${policy.policy} on ${policy.table} ${draw.pick(["using (false)", "to pg_monitor", "rename to other_policy"])}`,
    policy && `drop policy ${policy.policy} on ${policy.table}`,
    policy && `comment on policy ${policy.policy} on ${policy.table} is 'a policy'`,
  ]);
}
