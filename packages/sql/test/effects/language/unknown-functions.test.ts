import { parseSqlFile, predictEffects } from "@confiture/sql";
import { expect, test } from "vitest";

test.each([
  "select tidy_up()",
  "values (tidy_up())",
  "explain analyze select tidy_up()",
  "copy (select tidy_up()) to stdout",
  "create table t as select tidy_up()",
  "create materialized view m as select tidy_up()",
])("what a function does that nobody knows is not certain: %s", async (sql) => {
  const [predicted] = await predictEffects((await parseSqlFile(sql, { file: "f.sql" })).statements);
  expect(predicted!.effect.certainty).not.toBe("certain");
});
