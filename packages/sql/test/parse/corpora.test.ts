import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSqlFile } from "@confiture/sql";
import { describe, expect, test } from "vitest";

const folder = process.env.CONFITURE_CORPORA;

describe.skipIf(folder === undefined)("real files (CONFITURE_CORPORA)", () => {
  const files =
    folder === undefined
      ? []
      : readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sql"));

  test.each(files)("%s: every statement parses and stands where it says", async (name) => {
    const text = readFileSync(join(folder!, name), "utf8");
    const { statements } = await parseSqlFile(text, { file: name });
    expect(statements.filter(({ kind }) => kind === "unparsable").map(({ syntaxError }) => syntaxError)).toEqual([]);
    for (const { start, end, text: own } of statements) expect(text.slice(start, end)).toBe(own);
  });

  test("there are files to read", () => expect(files.length).toBeGreaterThan(100));
});
