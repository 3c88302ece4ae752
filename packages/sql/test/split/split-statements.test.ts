import { type RawPiece, splitStatements } from "@confiture/sql";
import { describe, expect, test } from "vitest";

const split = (text: string): readonly RawPiece[] => splitStatements(text, { file: "f.sql" }).pieces;
const texts = (text: string) => split(text).map((piece) => piece.text);

const oneStatement = {
  "a doubled quote": "select 'it''s; here'",
  "a backslash in a standard string": String.raw`select '\', 1`,
  "a backslash escape in an E string": String.raw`select E'\'; \\', 1`,
  "an E string that goes on in the next line": "select E'a'\n  '\\';b'",
  "an E string that goes on behind a comment": "select E'a' -- so\n '\\';b'",
  "a prefix that is the end of a word": String.raw`select type'\'`,
  "a Unicode string": String.raw`select U&'d\0061t;\+000061' uescape '!'`,
  "a Unicode identifier": String.raw`select U&"d\0061t;a"`,
  "a quoted identifier with a doubled quote": 'select 1 as "a"";b"',
  "a dollar quote": "select $$a;b'$$",
  "a tagged dollar quote around another": "select $a$ x; $b$ y; $b$ $$ ; $a$",
  "a dollar quote with a tag beyond ASCII": "select $é$;$é$",
  "a dollar quote that ends in a partial tag": "select $ab$;$a$ab$",
  "a line comment": "select 1 -- a;b'\n , 2",
  "a nested comment": "select /* a /* b; */ c; */ 1",
  "a comment within an operator": "select 1 */* ; */ 2",
  "a rule with two actions": "create rule r as on insert to t do also (select 1; select 2)",
  "a rule that replaces": "create or replace rule r as on insert to t do (insert into u values (1); select ';')",
  "a body with a CASE":
    "create function f() returns int begin atomic select case when true then 1 else 2 end; select (case 1 when 1 then 2 end); end",
  "a body in a procedure": "create or replace procedure p() begin atomic; insert into t values (1); END",
  "an empty body": "create function f() returns void begin atomic end",
} satisfies Record<string, string>;

describe("a semicolon does not end a statement within", () => {
  for (const [name, sql] of Object.entries(oneStatement)) {
    test(name, () => expect(texts(`${sql}; select 'next';`)).toEqual([sql, "select 'next'"]));
  }
});

const separate: Record<string, readonly [string, readonly string[]]> = {
  "an identifier with dollars in it is no dollar quote": [
    "select a$b$c; select d$b$e",
    ["select a$b$c", "select d$b$e"],
  ],
  "a parameter is no dollar quote": ["select $1; select $1", ["select $1", "select $1"]],
  "BEGIN and COMMIT are statements": ["begin; select 1; end", ["begin", "select 1", "end"]],
  "ATOMIC outside a routine is a word": [
    "select begin atomic; select 1; end",
    ["select begin atomic", "select 1", "end"],
  ],
  "a missing parenthesis hides nothing": ["create table t (a int; select 1;", ["create table t (a int", "select 1"]],
  "an unclosed body hides nothing": [
    "create function f() returns int begin atomic select 1; select 2; create table t ();",
    ["create function f() returns int begin atomic select 1", "select 2", "create table t ()"],
  ],
  "an unclosed rule hides nothing": [
    "create rule r as on insert to t do (select 1; select 2",
    ["create rule r as on insert to t do (select 1", "select 2"],
  ],
  "empty statements and comments belong to none": ["; ;; -- a\n /* b; */ ; select 1 /* c */ ; -- d", ["select 1"]],
  "a last statement needs no semicolon": ["select 1;\nselect 2\n", ["select 1", "select 2"]],
  "nothing has no statements": ["", []],
  "COPY from a file has no inline data": ["copy t from 'stdin'; select 1", ["copy t from 'stdin'", "select 1"]],
  "COPY to the client has no inline data": ["copy t to stdout; select 1", ["copy t to stdout", "select 1"]],
};

for (const [name, [sql, expected]] of Object.entries(separate)) test(name, () => expect(texts(sql)).toEqual(expected));

describe("inline COPY data", () => {
  test("ends at a line that holds the mark alone", () => {
    const sql = "copy t (a) from stdin;\n1;'\n\\.x\n2\\.\n\\N\n\\.\nselect 1;";
    const [copy, next] = split(sql);
    expect(copy).toMatchObject({ text: "copy t (a) from stdin", copyData: "1;'\n\\.x\n2\\.\n\\N\n" });
    expect(next).toMatchObject({ text: "select 1", at: { line: 7, column: 1 } });
  });
  test("keeps its own line ends, and ends at a mark before CRLF", () => {
    expect(split("copy t from stdin;\r\n1\r\n\\.\r\nselect 1")).toMatchObject([
      { copyData: "1\r\n" },
      { text: "select 1" },
    ]);
  });
  test("may be empty", () => {
    expect(split("COPY t FROM STDIN WITH (format csv);\n\\.\n")).toMatchObject([{ copyData: "" }]);
    expect(split("copy t from stdin; select 1")).toMatchObject([{ copyData: "" }, { text: "select 1" }]);
  });
  test("without its mark is reported where the statement begins", () => {
    expect(split("\ncopy t from stdin;\n1\n2\n")).toMatchObject([
      { unterminated: { what: "inline COPY data", at: { line: 2, column: 1 } } },
    ]);
  });
});

describe("what is opened and never closed is reported where it was opened", () => {
  for (const [what, opening] of [
    ["quoted string", "'a;"],
    ["quoted string", "E'a\\';"],
    ["quoted identifier", '"a;'],
    ["dollar-quoted string", "$x$ a; $$"],
    ["comment", "/* a; /* b */"],
  ] as const) {
    test(`${what}: ${opening}`, () => {
      const pieces = split(`select 1;\n  select ${opening} select 2;\n`);
      expect(pieces).toMatchObject([{ text: "select 1" }, { unterminated: { what, at: { line: 2, column: 10 } } }]);
    });
  }
});

describe("psql meta-commands", () => {
  test("are pieces of their own, up to the end of their line", () => {
    expect(split("\\set x 1; select 2\r\nselect 1;\n  \\i other.sql\n")).toEqual([
      { kind: "meta-command", text: "\\set x 1; select 2", at: { file: "f.sql", line: 1, column: 1 } },
      expect.objectContaining({ text: "select 1" }),
      { kind: "meta-command", text: "\\i other.sql", at: { file: "f.sql", line: 3, column: 3 } },
    ]);
  });
  test("end the statement in front of them", () =>
    expect(texts("select 1 \\gset\nselect 2;")).toEqual(["select 1", "\\gset", "select 2"]));
});

describe("positions", () => {
  test("count UTF-16 code units, from line 1 and column 1", () => {
    const sql = "/* 😀 */ select 'é';\r\n\r\n😀😀select;";
    expect(split(sql).map(({ at }) => [at.line, at.column])).toEqual([
      [1, 10],
      [3, 1],
    ]);
  });
  test("a byte order mark takes no column, but an offset", () => {
    expect(split("\uFEFFselect 1;")).toMatchObject([
      { text: "select 1", start: 1, end: 9, at: { line: 1, column: 1 } },
    ]);
  });
});
