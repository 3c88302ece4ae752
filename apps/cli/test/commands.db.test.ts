import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const project = {
  "confiture.yaml": "environments:\n  local:\n    database_url: ${DATABASE_URL}\n",
  "db/schema/10_orders.sql": "create table orders (id int primary key);",
  "db/migrations/001_note.up.sql": "alter table orders add column note text;",
  "db/migrations/001_note.down.sql": "alter table orders drop column note;",
};

async function json(
  args: readonly string[],
  cwd: string,
  url: string,
): Promise<{ readonly code: number | null; readonly document: Record<string, unknown> }> {
  const { code, stdout } = await runConfiture([...args, "--format", "json"], { cwd, env: { DATABASE_URL: url } });
  return { code, document: JSON.parse(stdout) as Record<string, unknown> };
}

test("a project is built, migrated, rehearsed, undone and remembered", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder(project);
  const run = (...args: string[]) => json(args, folder.path, db.url);
  expect(await run("build", "--apply")).toMatchObject({
    code: 0,
    document: { applied: true, files: [{ path: "db/schema/10_orders.sql" }] },
  });
  expect(await run("migrate", "status")).toMatchObject({
    code: 0,
    document: { applied: [], pending: [{ version: "001" }], missing: [], changed: [], outOfOrder: [] },
  });
  expect(await run("migrate", "up", "--preview")).toMatchObject({
    code: 0,
    document: { direction: "up", migrations: [{ version: "001", reversible: true }] },
  });
  expect(await run("migrate", "up", "--dry-run")).toMatchObject({
    code: 0,
    document: { dryRun: true, failed: null, rehearsal: { notRehearsed: [] } },
  });
  expect(await run("migrate", "up")).toMatchObject({
    code: 0,
    document: {
      applied: [{ version: "001", name: "note", steps: [{ step: 1 }] }],
      failed: null,
      inDoubt: [],
      dryRun: false,
      executionId: expect.any(String),
    },
  });
  expect(await run("migrate", "up")).toMatchObject({ code: 0, document: { applied: [] } });
  expect(await run("migrate", "down")).toMatchObject({ code: 0, document: { applied: [{ version: "001" }] } });
  const { document } = await run("migrate", "history");
  expect((document.events as { kind: string }[]).map(({ kind }) => kind)).toEqual([
    "migration_rolled_back",
    "migration_completed",
    "build_applied",
  ]);
});

test("a plan is executed as it was reviewed, and refused when the database has moved on", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  const { document } = await json(["migrate", "up", "--preview"], folder.path, db.url);
  folder.write({ "plan.json": JSON.stringify(document) });
  expect(await json(["migrate", "up", "--plan", "plan.json"], folder.path, db.url)).toMatchObject({
    code: 0,
    document: { applied: [{ version: "001" }] },
  });
  expect(await json(["migrate", "up", "--plan", "plan.json"], folder.path, db.url)).toMatchObject({
    code: 2,
    document: { error: { code: "CONFITURE_PLAN_STALE" } },
  });
});

test("a failing migration prints one document with what was applied and what failed, and exits 3", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder({ ...project, "db/migrations/002_bad.up.sql": "select 1;\nselect nothing;" });
  expect(await json(["migrate", "up"], folder.path, db.url)).toMatchObject({
    code: 3,
    document: {
      applied: [{ version: "001" }],
      failed: { version: "002", step: 2, error: { code: "CONFITURE_STATEMENT_FAILED", at: { line: 2, column: 8 } } },
    },
  });
});

test("Ctrl-C cancels what runs, rolls it back, lets the lock go and exits 130", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({
    ...project,
    "db/migrations/001_note.up.sql": "create table t ();\nselect pg_sleep(60);",
    "db/migrations/001_note.down.sql": "drop table t;",
  });
  const ending = await runConfiture(["migrate", "up"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
    signalAfterMs: 2_000,
  });
  expect(ending.code).toBe(130);
  expect(ending.stderr).toContain("CONFITURE_CANCELLED");
  expect((await db.query("select to_regclass('t') as t")).rows).toEqual([{ t: null }]);
});

test("a second run that waits too long exits 4", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({ ...project, "db/migrations/001_note.up.sql": "select pg_sleep(5);" });
  const first = runConfiture(["migrate", "up"], { cwd: folder.path, env: { DATABASE_URL: db.url } });
  await new Promise((done) => setTimeout(done, 1_500));
  expect(await json(["migrate", "up", "--lock-wait", "300ms"], folder.path, db.url)).toMatchObject({
    code: 4,
    document: { error: { code: "CONFITURE_LOCK_HELD" } },
  });
  await first;
});

test("global flags may stand in front of the command", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder(project);
  const { code, stdout } = await runConfiture(["--format", "json", "--env", "local", "migrate", "status"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { pending: [{ version: "001" }] }]);
});

test("without a terminal there is no colour and no cursor play, and progress stays off stdout", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  const { stdout, stderr } = await runConfiture(["migrate", "up"], { cwd: folder.path, env: { DATABASE_URL: db.url } });
  expect(stdout + stderr).not.toContain("\u001b");
  expect(stdout).toContain("1 migration applied");
});

test("migrate new writes files that the next run understands, each later than the last", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({ "confiture.yaml": project["confiture.yaml"] });
  for (const kind of ["sql", "yaml", "typescript"]) {
    expect((await json(["migrate", "new", `Add ${kind} things!`, "--kind", kind], folder.path, db.url)).code).toBe(0);
  }
  const names = readdirSync(join(folder.path, "db/migrations")).sort();
  expect(names.map((name) => name.replace(/^\d{8}T\d{6}_/, ""))).toEqual([
    "add_sql_things.down.sql",
    "add_sql_things.up.sql",
    "add_yaml_things.yaml",
    "add_typescript_things.ts",
  ]);
});

test("what migrate new wrote is not applied before somebody has written in it", async () => {
  await using db = await openTestDatabase();
  for (const kind of ["sql", "yaml", "typescript"]) {
    using folder = projectFolder({ "confiture.yaml": project["confiture.yaml"] });
    await json(["migrate", "new", "Add things", "--kind", kind], folder.path, db.url);
    expect((await json(["migrate", "status"], folder.path, db.url)).code).toBe(0);
    const { code, document } = await json(["migrate", "up"], folder.path, db.url);
    expect([kind, code]).toEqual([kind, 2]);
    expect(JSON.stringify(document)).toMatch(/othing is written in/);
    expect((await json(["migrate", "history"], folder.path, db.url)).document).toEqual({
      events: kind === "typescript" ? [expect.objectContaining({ kind: "migration_failed" })] : [],
      hooks: [],
    });
  }
});

test("an embedded server does not come between Ctrl-C and the end of a run in good order", async () => {
  using folder = projectFolder({
    ...project,
    "confiture.yaml": "environments:\n  local:\n    database_url: embedded\n",
    "db/migrations/001_note.up.sql": "select pg_sleep(60);",
  });
  await runConfiture(["migrate", "status"], { cwd: folder.path });
  const { code, stdout } = await runConfiture(["migrate", "up", "--format", "json"], {
    cwd: folder.path,
    signalAfterMs: 3_000,
  });
  expect([code, JSON.parse(stdout)]).toMatchObject([130, { failed: { error: { code: "CONFITURE_CANCELLED" } } }]);
  const history = await runConfiture(["migrate", "history"], { cwd: folder.path });
  expect(history.stdout).toContain("migration cancelled 001");
});

test("renumber leaves an applied migration alone", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  await json(["migrate", "up"], folder.path, db.url);
  const renumber = (file: string) => json(["migrate", "repair", "--renumber", file], folder.path, db.url);
  expect(await renumber("db/migrations/001_note.up.sql")).toMatchObject({
    code: 2,
    document: { error: { message: expect.stringContaining("is applied") } },
  });
  folder.write({ "db/migrations/001_late.up.sql": "select 1;" });
  expect((await renumber("db/migrations/001_late.up.sql")).code).toBe(0);
  expect(await json(["migrate", "status"], folder.path, db.url)).toMatchObject({
    code: 0,
    document: { applied: [{ version: "001" }], pending: [{ name: "late" }], missing: [] },
  });
});

test("a plan says how far to go, whatever folder it is executed from; what is no plan is refused", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder({ ...project, "db/migrations/002_b.up.sql": "create table b ();" });
  const preview = await json(["migrate", "up", "--preview", "--steps", "1"], folder.path, db.url);
  folder.write({ "plan.json": JSON.stringify(preview.document), "no-plan.json": "{}" });
  const below = join(folder.path, "db");
  expect(await json(["migrate", "up", "--plan", "../no-plan.json"], below, db.url)).toMatchObject({
    code: 2,
    document: { error: { code: "CONFITURE_FILE_UNREADABLE" } },
  });
  expect(await json(["migrate", "up", "--plan", "../plan.json"], below, db.url)).toMatchObject({
    code: 0,
    document: { applied: [{ version: "001" }] },
  });
  expect(await json(["migrate", "up", "--plan", "../plan.json"], below, db.url)).toMatchObject({
    code: 2,
    document: { error: { code: "CONFITURE_PLAN_STALE" } },
  });
});

test("repair lists what is out of joint with the command for each, and carries one out", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  await json(["migrate", "up"], folder.path, db.url);
  const up = join(folder.path, "db/migrations/001_note.up.sql");
  const text = readFileSync(up, "utf8");
  rmSync(up);
  rmSync(join(folder.path, "db/migrations/001_note.down.sql"));
  const { code, document } = await json(["migrate", "repair"], folder.path, db.url);
  expect(code).toBe(1);
  expect(JSON.stringify(document)).toContain("--restore 001");
  expect((await json(["migrate", "repair", "--restore", "001"], folder.path, db.url)).code).toBe(0);
  expect(readFileSync(up, "utf8")).toBe(text);
  expect((await json(["migrate", "repair"], folder.path, db.url)).code).toBe(0);
});

test("build prints the script on stdout, the same bytes every time", async () => {
  using folder = projectFolder({ ...project, "db/schema/2_first.sql": "create schema app;" });
  const runs = await Promise.all([1, 2].map(() => runConfiture(["build"], { cwd: folder.path })));
  expect(runs[0]?.code).toBe(0);
  expect(runs[0]?.stdout).toBe(runs[1]?.stdout);
  expect(runs[0]?.stdout.indexOf("create schema app")).toBeLessThan(
    runs[0]?.stdout.indexOf("create table orders") ?? 0,
  );
});

test("completion proposes commands and flags, and prints a script for each shell", async () => {
  using folder = projectFolder({});
  const propose = async (...words: string[]) =>
    (await runConfiture(["completion", "propose", "--", ...words], { cwd: folder.path })).stdout.trim().split("\n");
  expect(await propose("mig")).toEqual(["migrate"]);
  expect(await propose("migrate", "st")).toEqual(["status"]);
  expect(await propose("migrate", "up", "--dry")).toEqual(["--dry-run"]);
  for (const shell of ["bash", "zsh", "fish"]) {
    expect((await runConfiture(["completion", shell], { cwd: folder.path })).stdout).toContain(
      "confiture completion propose",
    );
  }
});

test("flags of a rehearsal are refused where nothing is rehearsed", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  for (const flags of [
    ["--on", "shadow"],
    ["--max-lock-hold", "1s"],
  ]) {
    expect(await json(["migrate", "up", ...flags], folder.path, db.url)).toMatchObject({
      code: 2,
      document: { error: { code: "CONFITURE_USAGE" } },
    });
  }
  expect((await json(["migrate", "status"], folder.path, db.url)).document).toMatchObject({ applied: [] });
});

test("history is in order, also behind its ninth event", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  for (let round = 0; round < 6; round += 1) {
    await json(["migrate", "up"], folder.path, db.url);
    await json(["migrate", "down"], folder.path, db.url);
  }
  const { document } = await json(["migrate", "history", "--limit", "3"], folder.path, db.url);
  expect((document.events as { id: string }[]).map(({ id }) => id)).toEqual(["12", "11", "10"]);
});

test("the lost half of an applied pair is written back", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int);" });
  using folder = projectFolder(project);
  await json(["migrate", "up"], folder.path, db.url);
  rmSync(join(folder.path, "db/migrations/001_note.up.sql"));
  const status = await json(["migrate", "status"], folder.path, db.url);
  expect(JSON.stringify(status.document)).toContain("--restore 001");
  expect((await json(["migrate", "repair", "--restore", "001"], folder.path, db.url)).code).toBe(0);
  expect((await json(["migrate", "status"], folder.path, db.url)).document).toMatchObject({
    applied: [{ version: "001" }],
    missing: [],
  });
});

test("what was rehearsed on the shadow is among the schema changes", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({
    ...project,
    "db/migrations/001_note.up.sql": "create index concurrently orders_id on orders (id);",
  });
  await json(["build", "--apply"], folder.path, db.url);
  const { document } = await json(["migrate", "up", "--dry-run"], folder.path, db.url);
  expect((document.rehearsal as { changes: unknown[] }).changes).toContainEqual(
    expect.objectContaining({ change: "added", kind: "index", name: "public.orders_id" }),
  );
});
