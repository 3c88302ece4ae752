import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

const project = {
  "confiture.yaml": `environments:
  local:
    database_url: \${DATABASE_URL}
hooks:
  after_ddl:
    - type: rebuild_read_models
      description: Counts orders anew
      connection: migration
      config: { action: "insert into r_orders select count(*) from orders" }
    - type: analyze_statistics
      priority: low
      config: { tables: [orders] }
  on_error:
    - type: slack
      config: { webhook_url: "\${SLACK_URL}" }
`,
  "db/hooks/announce.ts": `import { defineMigrationHook } from "@confiture/migrator";
export default defineMigrationHook({ id: "announce", on: "after_ddl", connection: "migration", priority: "high",
  run: async ({ data, metadata }) => { await metadata.session?.query("insert into r_orders values (-1)"); return data.name; } });`,
  "db/migrations/001_note.yaml": `migration:
  ddl: alter table orders add column note text;
  hooks:
    after_ddl:
      - type: verify_consistency
        connection: migration
        config: { checks: [{ name: counted, query: "select count(*) as expected, (select max(n) from r_orders) as actual from orders" }] }
`,
};

const sql =
  "create table orders (id int primary key); insert into orders values (1), (2); create table r_orders (n bigint);";

async function json(args: readonly string[], cwd: string, env: Record<string, string>) {
  const { code, stdout, stderr } = await runConfiture(["hooks", ...args, "--format", "json"], { cwd, env });
  return { code, stderr, document: JSON.parse(stdout) as Record<string, never> };
}

test("`hooks list` prints the types there are, and the project's hooks in the order in which they run", async () => {
  using folder = projectFolder(project);
  const { code, document } = await json(["list"], folder.path, {});
  expect(code).toBe(0);
  expectDocument(document, "hooks-list.v1");
  const { hooks, types } = document as unknown as {
    hooks: { event: string; id: string; source: string; migration: unknown }[];
    types: { type: string }[];
  };
  expect(hooks.map(({ event, id, source }) => [event, id, source])).toEqual([
    ["after_ddl", "announce", "db/hooks/announce.ts"],
    ["after_ddl", "after_ddl/rebuild_read_models", "confiture.yaml:6"],
    ["after_ddl", "001: after_ddl/verify_consistency", "db/migrations/001_note.yaml:5"],
    ["after_ddl", "after_ddl/analyze_statistics", "confiture.yaml:10"],
    ["on_error", "on_error/slack", "confiture.yaml:14"],
  ]);
  expect(hooks[2]?.migration).toEqual({ version: "001", direction: "up" });
  expect(types).toHaveLength(15);
  const pretty = await runConfiture(["hooks", "list"], { cwd: folder.path });
  expect(pretty.stdout).toContain("after_ddl/rebuild_read_models: Counts orders anew  (migration; confiture.yaml:6)");
});

test("`hooks test` fires a phase in a transaction that is rolled back, hooks seeing what those before them did", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder(project);
  const env = { DATABASE_URL: db.url, SLACK_URL: "http://127.0.0.1:1/x" };
  const { code, document, stderr } = await json(["test", "after_ddl"], folder.path, env);
  expectDocument(document, "hooks-test.v1");
  expect(document).toMatchObject({
    event: "after_ddl",
    dryRun: false,
    status: "completed",
    hooks: [
      { id: "announce", status: "completed", note: "rolled back" },
      { id: "after_ddl/rebuild_read_models", status: "completed", note: "rolled back" },
      { id: "001: after_ddl/verify_consistency", status: "completed", note: "rolled back" },
      { id: "after_ddl/analyze_statistics", status: "completed", note: null },
    ],
  });
  expect(code).toBe(0);
  expect(stderr).toContain("after_ddl/analyze_statistics: fired for real");
  expect((await db.query("select count(*) from r_orders")).rows).toEqual([{ count: "0" }]);
  // The other way, or another migration's turn, is not this migration's.
  const down = await json(["test", "after_ddl", "--down"], folder.path, env);
  expect(down.document).toMatchObject({
    hooks: [
      {},
      {},
      {},
      { id: "001: after_ddl/verify_consistency", status: "skipped", note: "it is for another migration" },
    ],
  });
});

test("`hooks test` says which hook failed, and exits 1", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder({ ...project, "db/hooks/announce.ts": "export default [];" });
  await db.query("insert into orders values (3); insert into r_orders values (17)");
  const env = { DATABASE_URL: db.url, SLACK_URL: "http://127.0.0.1:1/x" };
  const { code, document } = await json(["test", "after_ddl"], folder.path, env);
  expect(code).toBe(1);
  expectDocument(document, "hooks-test.v1");
  expect(document).toMatchObject({
    status: "failed",
    hooks: [{}, { id: "001: after_ddl/verify_consistency", error: { code: "CONFITURE_HOOK_CHECK" } }, {}],
  });
});

test("every event can be tried", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder({ ...project, "db/hooks/announce.ts": "export default [];" });
  const env = { DATABASE_URL: db.url, SLACK_URL: "http://127.0.0.1:1/x" };
  for (const event of [
    "before_execute",
    "after_plan_migration",
    "after_analyze_schema",
    "after_diff_schemas",
    "migration_failed",
    "lock_timeout_exceeded",
  ]) {
    folder.write({
      "db/hooks/seen.ts": `export default { id: "seen", on: "${event}", connection: "none", run: ({ data }) => JSON.stringify(data).length };`,
    });
    expect((await json(["test", event], folder.path, env)).document, event).toMatchObject({
      status: "completed",
      hooks: [{ id: "seen" }],
    });
  }
}, 240_000);

test("`hooks test --dry-run` checks every config and reaches nothing", async () => {
  using folder = projectFolder(project);
  const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", SLACK_URL: "https://hooks.slack.com/x" };
  const { code, document } = await json(["test", "after_ddl", "--dry-run"], folder.path, nowhere);
  expectDocument(document, "hooks-test.v1");
  expect([code, document.status]).toEqual([0, "not fired"]);
  expect(await json(["test", "after_ddl", "--dry-run"], folder.path, {})).toMatchObject({
    code: 2,
    document: { error: { code: "CONFITURE_VARIABLE_MISSING", at: { file: "confiture.yaml", line: 15 } } },
  });
  folder.write({ "confiture.yaml": "hooks:\n  after_ddl:\n    - type: rebuild_index\n      config: { index: [a] }\n" });
  expect(await json(["test", "after_ddl", "--dry-run"], folder.path, nowhere)).toMatchObject({
    code: 2,
    document: { error: { code: "CONFITURE_HOOK_CONFIG" } },
  });
  expect(await json(["test", "after_dll"], folder.path, nowhere)).toMatchObject({
    code: 2,
    document: {
      error: { code: "CONFITURE_USAGE", message: "There is no phase `after_dll`. Did you mean `after_ddl`?" },
    },
  });
});

test("`hooks test` puts no backup back", async () => {
  await using db = await openTestDatabase({ sql: "create table orders (id int)" });
  using folder = projectFolder({
    "confiture.yaml":
      "environments:\n  local:\n    database_url: ${DATABASE_URL}\nhooks:\n  on_error:\n    - type: restore_from_backup\n      config: { backup_dir: backups, backup_name: b }\n",
    "db/migrations/001_a.up.sql": "select 1;",
  });
  const run = await runConfiture(["hooks", "test", "on_error", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([run.code, JSON.parse(run.stdout).hooks]).toMatchObject([
    0,
    [{ status: "skipped", note: "not fired: it would put a backup back, for real" }],
  ]);
});
