import { parseSqlFile } from "@confiture/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gap } from "../arbitrary-sql.js";
import { oneOfEach } from "../one-of-each.js";

const checksum = async (text: string) => (await parseSqlFile(text, { file: "f.sql" })).checksum;

/** Words of a statement as written in the table: `·` stands where white space may. */
const words = (sql: string) => sql.split("·");

test("white space, comments and line ends never change a checksum, in any kind of statement", async () => {
  const plain = await checksum(oneOfEach.map((sql) => words(sql).join(" ")).join(";\n"));
  await fc.assert(
    fc.asyncProperty(fc.array(gap, { minLength: 1, maxLength: 40 }), async (gaps) => {
      let next = 0;
      const space = () => gaps[next++ % gaps.length]!;
      const text = oneOfEach
        .map((sql) => space() + words(sql).reduce((left, right) => left + space() + right))
        .join(";");
      expect(await checksum(text)).toBe(plain);
      expect(await checksum(text.replaceAll(/\r?\n/g, "\r\n"))).toBe(plain);
    }),
    { numRuns: 60 },
  );
});

test("every statement of the table parses, and no two have the same hash", async () => {
  const { statements } = await parseSqlFile(oneOfEach.map((sql) => words(sql).join(" ")).join(";\n"), {
    file: "f.sql",
  });
  expect(statements.filter(({ kind }) => kind === "unparsable").map(({ text }) => text)).toEqual([]);
  expect(new Set(statements.map(({ semanticHash }) => semanticHash)).size).toBe(oneOfEach.length);
});

test("changing any constant changes the checksum", async () => {
  const constant = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 31 - 1 }).map(String),
    fc.string().map((text) => `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`),
  );
  const places = [
    (value: string) => `insert into t values (0, ${value})`,
    (value: string) => `create table t (a text default ${value})`,
    (value: string) => `select * from t where a in (1, ${value}) limit 3`,
    (value: string) => `create function f() returns text language sql as $body$ select ${value} $body$`,
    (value: string) => `do $body$ begin perform ${value}; end $body$`,
    (value: string) => `comment on table t is '${value.replaceAll("'", "''")}'`,
    (value: string) => `copy t from stdin;\n${value.replaceAll(/[\r\n\\]/g, " ")}x\n\\.\n`,
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), constant, constant, async (place, one, other) => {
      const [left, right] = [place(one), place(other)];
      fc.pre(left !== right && !one.includes("$body$") && !other.includes("$body$"));
      expect(await checksum(left)).not.toBe(await checksum(right));
    }),
  );
});

test("a folder that is called location is no position", async () => {
  expect(await checksum("create tablespace s location '/a'")).not.toBe(
    await checksum("create tablespace s location '/b'"),
  );
});

test("the order of statements counts, and so does each of them", async () => {
  const [one, other] = ["select 1;", "select 2;"];
  const all = [one + other, other + one, one, one + one];
  expect(new Set(await Promise.all(all.map(checksum))).size).toBe(4);
});
