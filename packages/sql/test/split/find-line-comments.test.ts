import { expect, test } from "vitest";
import { findLineComments } from "../../src/split/find-line-comments.js";

test("line comments are found with their places; strings, names, bodies and block comments hold none", () => {
  const sql = "--  one\r\nselect '--a', \"--b\", $$--c$$, E'\\'--d' -- two\n/* -- e\n-- f */ --three";
  expect(findLineComments(sql)).toEqual([
    { text: "one", offset: 0, line: 1, column: 1 },
    { text: "two", offset: sql.indexOf("-- two"), line: 2, column: sql.split("\n")[1]!.indexOf("-- two") + 1 },
    { text: "three", offset: sql.indexOf("--three"), line: 4, column: 9 },
  ]);
  expect(findLineComments("select 1")).toEqual([]);
});
