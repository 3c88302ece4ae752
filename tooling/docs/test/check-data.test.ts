import { expect, test } from "vitest";
import { checkSql } from "../src/check-sql.js";
import { checkYaml } from "../src/check-yaml.js";
import { readBlocks } from "../src/read-blocks.js";

const blocks = (info: string, ...lines: readonly string[]) =>
  readBlocks(["", `\`\`\`${info}`, ...lines, "```"].join("\n"), "a.md");

test("a configuration, an environment and a migration that Confiture reads are true", async () => {
  const good = [
    ...blocks("yaml confiture.yaml", "environments:", "  qa:", "    database_url: ${QA_URL}"),
    ...blocks("yaml environment", "environment:", "  database_url: postgres://me@db/${DB_NAME}"),
    ...blocks(
      "yaml migration",
      "migration:",
      "  ddl: create table t (n int);",
      "  rollback:",
      "    ddl: drop table t;",
    ),
  ];
  expect(await checkYaml(good)).toEqual({ findings: [], counts: { "YAML documents read": 3 }, notInspected: [] });
});

test.each([
  ["yaml confiture.yaml", ["environments:", "  qa:", "    databse_url: embedded"], "a.md:5"],
  ["yaml confiture.yaml", ["environments:", "  qa:", "    database_url: mysql://x"], "a.md:5"],
  ["yaml environment", ["environments: {}"], "a.md:3"],
  ["yaml migration", ["migration:", "  dll: select 1"], "a.md:4"],
  ["yaml", ["a: 1"], "a.md:2"],
])("%s holding %j is found out, at its line", async (info, lines, at) => {
  const { findings } = await checkYaml(blocks(info, ...lines));
  expect(findings.map((finding) => finding.at)).toContain(at);
});

test("SQL is held against the server's grammar, statement by statement", async () => {
  const { findings, counts } = await checkSql([
    ...blocks("sql", "select 1;", "create tabel t (n int);", "select 2;"),
    ...blocks("sql", "\\connect other"),
    ...blocks("sql", "-- nothing"),
    ...blocks("sql", "create index concurrently on t (n);"),
  ]);
  expect(findings.map((finding) => finding.at)).toEqual(["a.md:4", "a.md:3", "a.md:3"]);
  expect(counts["SQL statements parsed"]).toBeGreaterThanOrEqual(4);
});
