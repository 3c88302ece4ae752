// Schemas as large as applications have them, and the same a release later.

/** @typedef {{ tables: number, columns: number, indexes: number, keys: number }} SchemaSize each but `tables` by table */

/**
 * DDL in batches. `later`: a release later, about every tenth table is not what it was.
 * @param {SchemaSize} size
 * @param {boolean} later
 * @returns {readonly string[]}
 */
export function schemaOf(size, later) {
  const statements = [
    "create schema app; create schema audit",
    `create type app.mood as enum ('calm', 'busy'${later ? ", 'tired'" : ""})`,
    `create domain app.amount as numeric(12,2) check (value >= 0${later ? " and value < 1000000" : ""})`,
    "create function app.touch() returns trigger language plpgsql as $$ begin return new; end $$",
  ];
  const tables = [];
  for (let place = 0; place < size.tables; place++) {
    if (!later && place % 100 === 98) continue; // comes with the release
    if (later && place % 100 === 99) continue; // goes with it
    tables.push(place);
  }
  const there = new Set(tables);
  for (const place of tables) statements.push(...tableStatements(size, place, later));
  for (const place of tables) statements.push(...keyStatements(size, place, { there, later }));
  for (const place of tables) statements.push(...restStatements(place, { there, later }));
  return statements;
}

const tableName = (place) => `${place % 5 === 0 ? "audit" : "app"}.t${place}`;

const columnTypes = [
  "text",
  "integer",
  "numeric(12,2)",
  "timestamptz",
  "varchar(40)",
  "boolean",
  "jsonb",
  "uuid",
  "date",
  "bigint",
];

/** What a release does to a table: some get one of these, most get none. */
const changes = ["add", "drop", "type", "default", "null", "check", "index", "comment"];
const changeOf = (place, later) =>
  later && place % 10 === 3 ? changes[Math.floor(place / 10) % changes.length] : undefined;

/** The columns of foreign keys are among those asked for; changes and indexes speak of six others. */
function tableStatements({ columns, keys }, place, later) {
  const change = changeOf(place, later);
  const table = tableName(place);
  const definitions = ["id bigint generated always as identity"];
  for (let column = 1; column < Math.max(columns - keys, 7); column++) {
    if (column === 3 && change === "drop") continue;
    definitions.push(columnDefinition(column, change));
  }
  if (change === "add") definitions.push("added_later text default 'x'");
  if (change === "check") definitions.push(`constraint t${place}_later check (c2 >= 0)`);
  return [
    `create table ${table} (${definitions.join(", ")}, constraint t${place}_pkey primary key (id))`,
    ...(place % 3 === 0 || change === "comment"
      ? [`comment on table ${table} is 'Number ${place}${change === "comment" ? ", later" : ""}'`]
      : []),
  ];
}

function columnDefinition(column, change) {
  const type = column === 2 && change === "type" ? "bigint" : columnTypes[(column - 1) % columnTypes.length];
  const value = column === 5 ? ` default '${change === "default" ? "b" : "a"}'` : "";
  const notNull = column === 4 || (column === 6 && change === "null") ? " not null" : "";
  return `c${column} ${type}${value}${notNull}`;
}

function keyStatements({ indexes, keys }, place, { there, later }) {
  const table = tableName(place);
  const change = changeOf(place, later);
  const statements = [];
  for (let key = 0; key < keys; key++) {
    const other = (place * 7 + key * 13) % Math.max(place, 1);
    if (!there.has(other) || other % 100 >= 98) continue;
    statements.push(
      `alter table ${table} add column ref${key} bigint`,
      `alter table ${table} add constraint t${place}_ref${key} foreign key (ref${key}) references ${tableName(other)} (id)`,
    );
  }
  // The primary key has one.
  for (let index = 1; index < indexes; index++) {
    const column = [2, 4, 5, 1][(index - 1) % 4];
    const where = index === 4 ? " where c1 is not null" : "";
    const name = change === "index" && index === 2 ? `t${place}_i${index}_later` : `t${place}_i${index}`;
    statements.push(`create index ${name} on ${table} (c${column}${index > 4 ? `, c1` : ""})${where}`);
  }
  return statements;
}

function restStatements(place, { there, later }) {
  const table = tableName(place);
  const statements = [];
  if (place % 10 === 0) {
    statements.push(
      `create view app.v${place} as select id, c1, c2 from ${table} where c2 > ${later && place % 50 === 0 ? 1 : 0}`,
    );
    if (place % 20 === 0) statements.push(`create view app.w${place} as select id, c1 from app.v${place}`);
  }
  if (place % 10 === 5)
    statements.push(`create trigger touch before update on ${table} for each row execute function app.touch()`);
  if (place % 5 === 1)
    statements.push(`grant select${later && place % 25 === 1 ? ", insert" : ""} on ${table} to pg_monitor`);
  if (place % 20 === 7) {
    statements.push(
      `create function app.f${place}(n integer) returns integer language sql immutable as $$ select n + ${place + (later ? 1 : 0)} $$`,
    );
  }
  return there.has(place) ? statements : [];
}
