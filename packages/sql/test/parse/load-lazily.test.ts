import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const source = new URL("../../src/", import.meta.url);

test("nothing but the parser's own loader names the parser", () => {
  const loader = readFileSync(new URL("parse/pg-query-module.ts", source), "utf8");
  expect(loader).toContain('load("libpg-query/');
  expect(loader).not.toMatch(/^import .*libpg-query/m);
});

test("splitting and quoting work in a process without WebAssembly", () => {
  const script = `delete globalThis.WebAssembly;
    const sql = await import(process.argv[1]);
    sql.splitStatements("select 1", { file: "f" }); sql.quoteIdentifier("a"); sql.rawHash("a");`;
  const built = new URL("../../dist/index.js", import.meta.url).href;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script, built], { encoding: "utf8" });
  expect(run).toMatchObject({ status: 0, stderr: "" });
});
