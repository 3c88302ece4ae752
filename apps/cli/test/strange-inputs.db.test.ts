import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const local = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";

/** Applies the migrations of a folder and tells how it ended; the input is odd, and right. */
async function applied(
  files: Readonly<Record<string, string | Uint8Array>>,
  ask: string,
): Promise<{ readonly code: number | null; readonly names: readonly string[]; readonly rows: readonly unknown[] }> {
  await using db = await openTestDatabase();
  const migrations = Object.entries(files).map(([name, content]) => [`db/migrations/${name}`, content]);
  using folder = projectFolder({ "confiture.yaml": local, ...Object.fromEntries(migrations) });
  const env = { DATABASE_URL: db.url };
  const { code, stdout, stderr } = await runConfiture(["migrate", "up", "--format", "json"], { cwd: folder.path, env });
  expect(stderr).toBe("");
  const document = JSON.parse(stdout) as { applied: { name: string }[] };
  const { rows } = await db.query(ask);
  return { code, names: document.applied.map(({ name }) => name), rows };
}

test("a byte order mark, CRLF line ends and no line end at the end are no part of a statement", async () => {
  const text = "\ufeffcreate table a (v text);\r\n-- why\r\ninsert into a\r\n  values ('x')";
  expect(await applied({ "001_bom.up.sql": Buffer.from(text) }, "select v from a")).toEqual({
    code: 0,
    names: ["bom"],
    rows: [{ v: "x" }],
  });
});

test("names with quotes, unicode, spaces and `; drop` are names", async () => {
  const sql = 'create table "a\'; drop table ""b"" --" ("ключ 🔑" int);';
  const files = {
    "001_it's; drop table x.up.sql": sql,
    '002_"quoted" ключ 🔑.up.sql': 'alter table "a\'; drop table ""b"" --" add "$$" text;',
  };
  const ask =
    'select attname::text from pg_attribute where attrelid = $$"a\'; drop table ""b"" --"$$::regclass and attnum > 0';
  expect(await applied(files, ask)).toEqual({
    code: 0,
    names: ["it's; drop table x", '"quoted" ключ 🔑'],
    rows: [{ attname: "ключ 🔑" }, { attname: "$$" }],
  });
});

test("a down file may be missing: up goes, the plan says irreversible, down refuses", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({ "confiture.yaml": local, "db/migrations/001_a.up.sql": "create table a ();" });
  const run = (...args: string[]) => runConfiture(args, { cwd: folder.path, env: { DATABASE_URL: db.url } });
  expect((await run("migrate", "up", "--preview")).stdout).toContain("irreversible");
  expect((await run("migrate", "up")).code).toBe(0);
  const down = await run("migrate", "down");
  expect([down.code, down.stderr]).toEqual([2, expect.stringContaining("CONFITURE_IRREVERSIBLE")]);
});

test("a file of 100 MB is applied", async () => {
  const line = `insert into big values ('${"x".repeat(10_000)}');\n`;
  const bytes = Buffer.from(`create table big (v text);\n${line.repeat(10_000)}`);
  expect(bytes.byteLength).toBeGreaterThan(100_000_000);
  expect(await applied({ "001_big.up.sql": bytes }, "select count(*)::int as count from big")).toEqual({
    code: 0,
    names: ["big"],
    rows: [{ count: 10_000 }],
  });
});
