import { checksumAlgorithm, maxStatementBytes, parseSqlFile, rawHash } from "@confiture/sql";
import { describe, expect, test } from "vitest";

const parse = (text: string) => parseSqlFile(text, { file: "f.sql" });

test("an unparsable statement is reported and never hides the rest", async () => {
  const { statements } = await parse("create table a ();\n  selec 1;\ncreate table b ();");
  expect(statements.map(({ kind }) => kind)).toEqual(["CreateStmt", "unparsable", "CreateStmt"]);
  expect(statements[1]!.syntaxError).toEqual({
    message: 'syntax error at or near "selec"',
    at: { file: "f.sql", line: 2, column: 3 },
  });
});

const errors: Record<string, readonly [sql: string, line: number, column: number]> = {
  "behind text beyond ASCII": ["select 'é😀' from from", 1, 19],
  "behind a comment beyond ASCII": ["/* 😀 */ select /* 😀é */ from from", 1, 32],
  "on a later line": ["select 1,\n  'é'\n  from from", 3, 8],
  "behind CRLF": ["select 1,\r\n 'a\r\nb'\r\n  from from", 4, 8],
  "at the end": ["select 1 +", 1, 11],
  "at an unterminated string": ["select 1;\nselect 'a", 2, 8],
  "at a NUL": ["select 1, \0", 1, 11],
};
describe("a syntax error is placed", () => {
  for (const [name, [sql, line, column]] of Object.entries(errors)) {
    test(name, async () => {
      const { statements } = await parse(sql);
      expect(statements.at(-1)!.syntaxError?.at).toEqual({ file: "f.sql", line, column });
    });
  }
});

test("a comment between two words that belong together is no error", async () => {
  const { statements } = await parse("select a not /* in? */ in (1) from t order by a nulls -- which?\n last");
  expect(statements[0]!.kind).toBe("SelectStmt");
});

test("statements keep their place, their text and their inline data", async () => {
  const text = "\uFEFF-- é\r\ncopy t from stdin;\r\n1\r\n\\.\r\n\\echo x\r\n select 1;";
  const file = await parse(text);
  expect(file.metaCommands).toEqual([{ text: "\\echo x", at: { file: "f.sql", line: 5, column: 1 } }]);
  expect(file.statements).toMatchObject([
    { index: 0, kind: "CopyStmt", copyData: "1\r\n" },
    { index: 1, kind: "SelectStmt", text: "select 1", at: { line: 6, column: 2 } },
  ]);
  for (const { start, end, text: own } of file.statements) expect(text.slice(start, end)).toBe(own);
  expect(file).toMatchObject({
    rawHash: rawHash(text),
    checksumAlgorithm,
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("an empty file has a checksum too", async () => {
  const [empty, comment] = await Promise.all([parse(""), parse("-- nothing")]);
  expect(empty.statements).toEqual([]);
  expect(comment.checksum).toBe(empty.checksum);
  expect(comment.rawHash).not.toBe(empty.rawHash);
});

test("a statement above the limit is refused with its size, and the parser goes on", async () => {
  const sql = `select '${"x".repeat(maxStatementBytes)}'`;
  await expect(parse(sql)).rejects.toMatchObject({
    code: "CONFITURE_FILE_UNREADABLE",
    message: "One statement is 64.0 MiB long; the limit is 64 MiB.",
    at: { file: "f.sql", line: 1, column: 1 },
  });
  expect((await parse("select 1")).statements[0]!.kind).toBe("SelectStmt");
});

test("a statement whose tree does not fit into memory is refused, and the parser goes on", async () => {
  const sql = `select ${"1,".repeat(6_000_000)}1`;
  await expect(parse(sql)).rejects.toMatchObject({ code: "CONFITURE_FILE_UNREADABLE", facts: { bytes: 12_000_008 } });
  expect((await parse("select 1")).statements[0]!.kind).toBe("SelectStmt");
  expect(process.exitCode).toBeUndefined();
}, 60_000);

test("a statement nested too deeply is unparsable, and the parser goes on", async () => {
  const { statements } = await parse(`select ${"1+".repeat(50_000)}1; select 1; select ${"(".repeat(50_000)}`);
  expect(statements.map(({ kind }) => kind)).toEqual(["unparsable", "SelectStmt", "unparsable"]);
  expect(statements[0]!.syntaxError?.message).toBe("nested too deeply for the parser");
});

test.each([
  ["create table :schema.t (n int)", ":schema", 14],
  ['grant select on t to :"some_user"', ':"some_user"', 22],
  ["select :'name'", ":'name'", 8],
  ["select :{?name}", ":{?name}", 8],
])("a variable of psql is told as one: %s", async (sql, variable, column) => {
  const { statements } = await parseSqlFile(sql, { file: "x.sql" });
  expect(statements[0]?.syntaxError).toEqual({
    message: `${variable} is a variable of psql, not SQL`,
    at: { file: "x.sql", line: 1, column },
  });
});

test("a colon that is none stays what it is", async () => {
  const { statements } = await parseSqlFile("select a[1:2], x::int; select :", { file: "x.sql" });
  expect(statements.map(({ syntaxError }) => syntaxError?.message)).toEqual([
    undefined,
    expect.stringContaining("syntax error at"),
  ]);
});
