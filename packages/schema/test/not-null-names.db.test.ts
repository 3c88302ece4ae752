import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const long = (letter: string, length: number) => letter.repeat(length);

/** Table and column names whose constraint PostgreSQL 18 has to shorten in every way it knows, and namesakes. */
const names: readonly (readonly [table: string, column: string])[] = [
  ["t", "n"],
  [long("a", 63), long("b", 63)],
  [long("a", 63), "n"],
  ["t", long("b", 63)],
  [long("a", 40), long("b", 26)],
  [long("a", 40), long("b", 27)],
  [long("a", 40), long("b", 28)],
  [long("a", 26), long("b", 40)],
  [long("a", 27), long("b", 40)],
  [long("a", 28), long("b", 40)],
  [long("a", 26), long("b", 27)],
  [long("a", 27), long("b", 27)],
  ["Odd [a-z]+ ^$", 'odd "name" \\d'],
  ["a_b", "c"],
  ["a", "b_c"],
];

describeEachVersion("a NOT NULL that says no more than its column or domain", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  for (const [index, [table, column]] of names.entries()) {
    test(`does not count as a constraint, whatever its name had to become (${table.length} and ${column.length} characters)`, async () => {
      await db.query(`drop schema if exists s${index} cascade; create schema s${index}`);
      const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
      await db.query(`create table s${index}.${quoted(table)} (${quoted(column)} integer not null)`);
      await db.query(`create domain s${index}.${quoted(`d${table}`.slice(0, 63))} as integer not null`);
      const { constraints } = await readCatalog(db);
      const own = constraints.filter((entry) => (entry.table ?? entry.domain)?.startsWith(`s${index}.`));
      expect(own.filter(({ implied }) => !implied)).toEqual([]);
      expect(own).toHaveLength(version >= 18 ? 2 : version >= 17 ? 1 : 0);
    });
  }

  describe("of which the name was kept apart from another", () => {
    test("does not count either", async () => {
      await db.query(
        "create schema apart; create table apart.t (n_a integer not null, constraint t_n_not_null check (true), n integer not null)",
      );
      const { constraints } = await readCatalog(db);
      const notNull = constraints.filter(({ table, kind }) => table === "apart.t" && kind === "not null");
      expect(notNull.filter(({ implied }) => !implied)).toEqual([]);
    });
  });
});
