import { quoteIdentifier } from "@confiture/sql";
import { newestVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { isChosenNotNullName } from "../../src/observe/chosen-names.js";

const long = (letter: string, bytes: number) => letter.repeat(bytes / Buffer.from(letter).length);

const names = [
  "t",
  "Odd Name",
  long("a", 30),
  long("b", 63),
  long("é", 40),
  long("é", 62),
  long("€", 63),
  `x${long("€", 60)}`,
];

test.runIf(newestVersion >= 18)("the server's own names of NOT NULL constraints are known, and no others", async () => {
  await using db = await openTestDatabase({ version: newestVersion });
  for (const table of names) {
    const columns = names.map((column) => `${quoteIdentifier(column)} integer not null`).join(", ");
    await db.query(`create table ${quoteIdentifier(table)} (${columns}, named integer constraint said not null)`);
    // Taken before it is needed: the next one gets a number.
    await db.query(
      `create schema taken; create table taken.x (n integer constraint x_m_not_null not null, m integer not null)`,
    );
    const { rows } = await db.query<{ name: string; of: string; column: string }>(`
      select con.conname as name, c.relname as of, a.attname as column
      from pg_constraint con
      join pg_class c on c.oid = con.conrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = con.conkey[1]
      where con.contype = 'n' and c.relnamespace <> 'pg_catalog'::regnamespace`);
    const others = rows.filter(({ name, of, column }) => !isChosenNotNullName(name, of, column));
    expect(others.map(({ name }) => name).sort()).toEqual(["said", "x_m_not_null"]);
    expect(rows.some(({ name }) => name === "x_m_not_null1")).toBe(true);
    await db.query(`drop schema taken cascade; drop table ${quoteIdentifier(table)}`);
  }
});

test.runIf(newestVersion >= 17)("and so are those of domains", async () => {
  await using db = await openTestDatabase({ version: newestVersion });
  for (const name of names) await db.query(`create domain ${quoteIdentifier(name)} as text not null`);
  const { rows } = await db.query<{ name: string; of: string }>(
    "select con.conname as name, t.typname as of from pg_constraint con join pg_type t on t.oid = con.contypid where contype = 'n'",
  );
  expect(rows).toHaveLength(names.length);
  expect(rows.filter(({ name, of }) => !isChosenNotNullName(name, of, undefined))).toEqual([]);
});
