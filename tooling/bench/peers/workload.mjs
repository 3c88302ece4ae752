// The migrations of the benchmark, free of any tool's format: small, ordered, the same on every run.

/** What a catalog must hold once every migration ran; read back after each run. */
const countObjectsSql = `
  select
    (select count(*) from pg_class where relkind = 'r' and relname ~ '^t_[0-9]+$')::int as tables,
    (select count(*) from pg_class where relkind = 'i' and relname ~ '^t_[0-9]+_')::int as indexes,
    (select count(*)
       from pg_attribute a
       join pg_class c on c.oid = a.attrelid
      where c.relkind = 'r' and c.relname ~ '^t_[0-9]+$' and a.attnum > 0 and not a.attisdropped)::int as columns`;

/**
 * Every migration creates a table; every third also alters the table before it, every fourth also builds an index.
 * @param {number} count
 */
export function writeWorkload(count) {
  const width = Math.max(4, String(count).length);
  const table = (number) => `t_${String(number).padStart(width, "0")}`;
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const up = [`create table ${table(number)} (id bigint primary key, v text not null);`];
    if (altersAnother(number)) up.push(`alter table ${table(number - 1)} add column note text;`);
    if (buildsIndex(number)) up.push(`create index ${table(number)}_v on ${table(number)} (v);`);
    const down = [`drop table ${table(number)};`];
    if (altersAnother(number)) down.unshift(`alter table ${table(number - 1)} drop column note;`);
    return {
      version: String(number).padStart(Math.max(6, width), "0"),
      name: `create_${table(number)}`,
      up: `${up.join("\n")}\n`,
      down: `${down.join("\n")}\n`,
    };
  });
}

const altersAnother = (number) => number % 3 === 0;
const buildsIndex = (number) => number % 4 === 0;

/** @param {number} count */
export function expectedObjects(count) {
  return {
    tables: count,
    indexes: count + Math.floor(count / 4),
    columns: 2 * count + Math.floor(count / 3),
  };
}

/** @param {import("pg").Client} client connected to the database under test */
export async function countObjects(client) {
  const { rows } = await client.query(countObjectsSql);
  return rows[0];
}
