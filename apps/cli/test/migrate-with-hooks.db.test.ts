import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const sql = `create table orders (id int primary key, customer_id int not null, total numeric not null);
  insert into orders select n, n % 20, n from generate_series(1, 400) n;`;

const project = {
  "confiture.yaml": "environments:\n  local:\n    database_url: ${DATABASE_URL}\n",
  "db/migrations/001_r_customer.yaml": `migration:
  ddl: create table r_customer (customer_id int primary key, orders bigint not null, spent numeric not null);
  hooks:
    before_ddl:
      - type: capture_statistics
        config: { tables: [orders] }
    after_ddl:
      - type: backfill_read_model
        config:
          source_query: select customer_id, count(*) as orders, sum(total) as spent from orders group by customer_id
          target_table: r_customer
          batch_size: 3
    after_validation:
      - type: verify_consistency
        config:
          captured: { tables: [orders] }
          checks:
            - name: spent
              query: select sum(total) as expected, (select sum(spent) from r_customer) as actual from orders
      - type: test_application_queries
        connection: migration
        config:
          test_queries:
            - { name: spent, query: "select spent from r_customer where customer_id = $1", test_params: [1], expected_return_type: numeric }
    cleanup:
      - type: drop_temporary_tables
      - type: analyze_statistics
        config: { tables: [r_customer] }
  rollback:
    ddl: drop table r_customer;
    hooks:
      - type: rebuild_read_models
        config: { action: "create table was_undone ()" }
`,
};

test("a migration runs with the hooks that its YAML names, there and back", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder(project);
  const run = (...args: string[]) =>
    runConfiture(["migrate", ...args, "--format", "json"], { cwd: folder.path, env: { DATABASE_URL: db.url } });
  const up = await run("up");
  expect([up.code, JSON.parse(up.stdout).failed, up.stderr]).toEqual([0, null, expect.any(String)]);
  expect((await db.query("select count(*), sum(spent) from r_customer")).rows).toEqual([{ count: "20", sum: "80200" }]);
  expect((await db.query("select hook, status from confiture.hook_executions order by sequence")).rows).toEqual(
    expect.arrayContaining([
      { hook: "001: before_ddl/capture_statistics", status: "completed" },
      { hook: "001: after_ddl/backfill_read_model", status: "completed" },
      { hook: "001: after_validation/verify_consistency", status: "completed" },
      { hook: "001: after_validation/test_application_queries", status: "completed" },
      { hook: "001: cleanup/analyze_statistics", status: "completed" },
    ]),
  );
  expect((await db.query("select relname from pg_class where relname = 'was_undone'")).rows).toEqual([]);
  expect((await run("down")).code).toBe(0);
  expect((await db.query("select relname from pg_class where relname in ('was_undone', 'r_customer')")).rows).toEqual([
    { relname: "was_undone" },
  ]);
});

test("a check that fails inside the transaction leaves nothing of the migration", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder({
    ...project,
    "db/migrations/001_r_customer.yaml": project["db/migrations/001_r_customer.yaml"].replace(
      "expected_return_type: numeric",
      "expected_return_type: text",
    ),
  });
  const { code, stdout } = await runConfiture(["migrate", "up", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect(code).not.toBe(0);
  expect(JSON.parse(stdout).failed.error.message).toContain("gives spent as numeric, not text");
  expect((await db.query("select relname from pg_class where relname = 'r_customer'")).rows).toEqual([]);
});

test("a rehearsal leaves nothing of its hooks behind", async () => {
  await using db = await openTestDatabase({ sql });
  using folder = projectFolder(project);
  const { code, stdout } = await runConfiture(["migrate", "up", "--dry-run", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([code, JSON.parse(stdout).failed]).toEqual([0, null]);
  const { rows } = await db.query(
    "select relname from pg_class where relname in ('r_customer', 'table_statistics', 'backfills')",
  );
  expect(rows).toEqual([]);
});

const announced = (event: string) =>
  `export default { id: "announce", on: "${event}", connection: "none", run: ({ data }) => console.error("at ${event}:", JSON.stringify(data)) };`;

test("validate runs the hooks of its moments, and checks those that migrations name without their secrets", async () => {
  using folder = projectFolder({
    ...project,
    "db/hooks/announce.ts": announced("after_validate"),
    "db/migrations/002_told.yaml":
      'migration:\n  ddl: select 1;\n  hooks:\n    on_success:\n      - type: slack\n        config: { webhook_url: "${NOBODY_SET_THIS}" }\n',
  });
  const well = await runConfiture(["migrate", "validate"], { cwd: folder.path });
  expect([well.code, well.stderr]).toEqual([
    0,
    expect.stringContaining('at after_validate: {"versions":["001","002"]'),
  ]);
  folder.write({
    "db/migrations/003_wrong.yaml": "migration:\n  ddl: select 1;\n  hooks:\n    cleanup:\n      - type: slak\n",
  });
  const wrong = await runConfiture(["migrate", "validate", "--format", "json"], { cwd: folder.path });
  expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([
    2,
    { error: { code: "CONFITURE_HOOK_CONFIG", at: { file: "db/migrations/003_wrong.yaml", line: 5, column: 15 } } },
  ]);
});

test("new --from-diff runs the hooks of reading and comparing", async () => {
  await using db = await openTestDatabase({ sql: "" });
  using folder = projectFolder({
    "confiture.yaml": project["confiture.yaml"],
    "db/schema/a.sql": "create table a (id int primary key);",
    "db/hooks/announce.ts": announced("before_diff_schemas").replace(
      "JSON.stringify(data)",
      "Object.keys(data).join()",
    ),
  });
  const run = await runConfiture(["migrate", "new", "a", "--from-diff"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("at before_diff_schemas: source,target")]);
});
