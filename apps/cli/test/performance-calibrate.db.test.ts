import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const config = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";

async function calibrate(cwd: string, url: string, ...flags: readonly string[]) {
  return runConfiture(["performance", "calibrate", ...flags], { cwd, env: { DATABASE_URL: url } });
}

test("rates are not written where nothing was measured, and such a file is not read", async () => {
  await using db = await openTestDatabase({ sql: "create table t (n int)" });
  using folder = projectFolder({ "confiture.yaml": config, "x.sql": "alter table t add column z int" });
  const { code, stderr } = await calibrate(folder.path, db.url, "--max-bytes", "1MB");
  expect([code, stderr]).toEqual([2, expect.stringContaining("it would take more than --max-bytes")]);
  const file = join(folder.path, "environments/local.calibration.json");
  expect(existsSync(file)).toBe(false);
  for (const [rates, why] of [
    ["{}", "it holds no rate"],
    ['{"scan":{}}', "what it says of scan is no rate"],
  ] as const) {
    folder.write({
      "environments/local.calibration.json": `{"format":1,"environment":{"serverVersion":180000},"rates":${rates}}`,
    });
    const analyzed = await runConfiture(["migrate", "analyze", "x.sql", "--env", "local"], {
      cwd: folder.path,
      env: { DATABASE_URL: db.url },
    });
    expect([analyzed.code, analyzed.stderr]).toEqual([2, expect.stringContaining(why)]);
  }
});

test("what is wrong with the flags is said before anything is measured", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({ "confiture.yaml": config });
  mkdirSync(join(folder.path, "rates"));
  const out = await calibrate(folder.path, db.url, "--out", "rates");
  expect([out.code, out.stderr]).toEqual([2, expect.stringContaining("`rates`: it is a folder")]);
  const never = await calibrate(folder.path, db.url, "--max-duration", "0s");
  expect([never.code, never.stderr]).toEqual([2, expect.stringContaining("--max-duration")]);
});
