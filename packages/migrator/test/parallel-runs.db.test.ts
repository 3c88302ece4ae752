import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { longRun, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrationsFolder } from "./migrations-folder.js";

const script = fileURLToPath(new URL("./crash/crashing-run.mjs", import.meta.url));
const rounds = longRun ? 20 : 2;

test("8 processes on 40 migrations, CONCURRENTLY among them: each migration exactly once, and nobody fails", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const n = index + 1;
      const text =
        n % 8 === 0
          ? `create index concurrently t${n}_id on t${n - 1} (id);`
          : `create table t${n} (id int);\ninsert into runs values (${n});`;
      return [`${n}_t.up.sql`, text];
    }),
  );
  using folder = migrationsFolder(files);
  for (let round = 0; round < rounds; round += 1) {
    await using db = await openTestDatabase({ sql: "create table runs (n int);" });
    const endings = await Promise.all(Array.from({ length: 8 }, () => runOnce(db.url, folder.path)));
    expect(endings.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
    expect(endings.reduce((sum, { applied }) => sum + applied, 0)).toBe(40);
    const { rows } = await db.query("select count(*)::int as runs, count(distinct n)::int as distinct from runs");
    expect(rows).toEqual([{ runs: 35, distinct: 35 }]);
    const indexes = await db.query("select count(*)::int as n from pg_index where not indisvalid");
    expect(indexes.rows).toEqual([{ n: 0 }]);
  }
}, 600_000);

function runOnce(url: string, folder: string): Promise<{ readonly code: number | null; readonly applied: number }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script, url, folder, "0", "never"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
    });
    child.on("exit", (code) =>
      done({ code, applied: output === "" ? 0 : (JSON.parse(output) as { applied: number }).applied }),
    );
  });
}
