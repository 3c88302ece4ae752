import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig, resolveEnvironment } from "@confiture/config";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { type ProjectHooks, projectHooks } from "../../src/builtin-hooks/index.js";
import { migrate, readMigrations } from "../../src/index.js";
import { fireHook } from "./fire-hook.js";

class Project implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "confiture-hooks-"));
  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries({ "confiture.yaml": "", ...files })) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
    mkdirSync(join(this.root, "db/migrations"), { recursive: true });
  }
  async hooks(env: Record<string, string> = {}, environmentName?: string): Promise<ProjectHooks> {
    const config = await loadConfig({ cwd: this.root, env: {} });
    const part =
      environmentName === undefined ? undefined : resolveEnvironment(config, { name: environmentName, env: {} }).hooks;
    return projectHooks({
      root: this.root,
      env,
      ownSchema: config.migrations.ownSchema,
      project: config.hooks,
      ...(part === undefined || environmentName === undefined ? {} : { environment: { name: environmentName, part } }),
      migrations: await readMigrations(join(this.root, "db/migrations"), { shownAs: "db/migrations" }),
    });
  }
  async refusal(
    env: Record<string, string> = {},
  ): Promise<{ code: string; message: string; hint?: string; at?: { file: string; line: number; column: number } }> {
    return this.hooks(env).then(
      () => expect.fail("it was taken"),
      (error: unknown) => error as never,
    );
  }
  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The migrations of the strategy document, as they are written there. */
const analytics = `migration:
  name: 003_add_user_analytics
  description: Add analytics read model from user events

  ddl: |
    create table r_user_analytics (user_id int primary key, date date);
    create index idx_r_user_analytics_user_id on r_user_analytics (user_id);
    create index idx_r_user_analytics_date on r_user_analytics (date);

  hooks:
    before_validation:
      - type: backup_database
        config:
          backup_dir: backups
          compression: gzip

    before_ddl:
      - type: capture_statistics
        config:
          capture_row_counts: true
          capture_table_sizes: true

    after_ddl:
      - type: backfill_read_model
        config:
          source_table: events
          target_table: r_user_analytics
          batch_size: 10000
          parallel_workers: 4

      - type: rebuild_index
        config:
          indexes:
            - idx_r_user_analytics_user_id
            - idx_r_user_analytics_date

    after_validation:
      - type: verify_consistency
        config:
          source_target_joins:
            - source: events
              target: r_user_analytics
              join_key: user_id
              expected_ratio: 1.0

      - type: test_application_queries
        config:
          query_file: tests/queries/analytics_queries.sql

    cleanup:
      - type: drop_temporary_tables

      - type: analyze_statistics

  rollback:
    ddl: |
      DROP TABLE IF EXISTS r_user_analytics CASCADE;

    hooks:
      - type: restore_from_backup
        config:
          backup_dir: backups
          backup_name: pre_003_analytics
`;

test("the strategy document's migration is read as it is written, and its hooks do their work in order", async () => {
  await using db = await openTestDatabase({
    sql: "create table events (user_id int primary key, date date); insert into events select n, '2026-01-01' from generate_series(1, 500) n",
  });
  using project = new Project({
    "db/migrations/003_add_user_analytics.yaml": analytics,
    "tests/queries/analytics_queries.sql": "-- name: latest\nselect max(date) from r_user_analytics;",
  });
  const { hooks, sources } = await project.hooks();
  expect(hooks.list().map(({ id }) => id)).toEqual([
    "003: before_validation/backup_database",
    "003: before_ddl/capture_statistics",
    "003: after_ddl/backfill_read_model",
    "003: after_ddl/rebuild_index",
    "003 down: after_ddl/restore_from_backup",
    "003: after_validation/verify_consistency",
    "003: after_validation/test_application_queries",
    "003: cleanup/drop_temporary_tables",
    "003: cleanup/analyze_statistics",
  ]);
  expect(sources.get("003: cleanup/analyze_statistics")).toEqual({
    source: "db/migrations/003_add_user_analytics.yaml:53",
    type: "analyze_statistics",
  });
  await db.query(
    "create table r_user_analytics (user_id int primary key, date date); create index idx_r_user_analytics_user_id on r_user_analytics (user_id); create index idx_r_user_analytics_date on r_user_analytics (date)",
  );
  const ends: unknown[] = [];
  for (const { hook } of hooks.list()) {
    if (hook.id.includes("backup")) continue; // tested where pg_dump is
    const { status, error } = await fireHook(db, hook);
    ends.push([hook.id, status, error]);
  }
  expect(ends).toEqual(ends.map((end) => [(end as unknown[])[0], "completed", undefined]));
  expect((await db.query("select count(*) from r_user_analytics")).rows).toEqual([{ count: "500" }]);
});

const customer = `migration:
  ddl: |
    create table r_customer_analytics (tenant_id int, customer_id int, total_orders int default 0, total_spent decimal(19,2) default 0, avg_order_value decimal(19,2), last_order_date timestamp, unique (tenant_id, customer_id));
  hooks:
    before_ddl:
      - type: capture_statistics
        config: { tables: [w_customers, w_orders], capture_row_counts: true, capture_table_sizes: true }
    after_ddl:
      - type: backfill_read_model
        description: "Populate analytics from orders"
        config:
          source_tables:
            - w_orders
            - w_customers
          target_table: r_customer_analytics
          batch_size: 50000
          parallel_workers: 4
          backfill_query: |
            WITH customer_orders AS (
              SELECT
                t.id as tenant_id,
                c.id as customer_id,
                COUNT(*) as total_orders,
                SUM(o.total) as total_spent,
                AVG(o.total) as avg_order_value,
                MAX(o.created_at) as last_order_date
              FROM w_tenants t
              JOIN w_customers c ON c.tenant_id = t.id
              LEFT JOIN w_orders o ON o.customer_id = c.id
              GROUP BY t.id, c.id
            )
            INSERT INTO r_customer_analytics (
              tenant_id,
              customer_id,
              total_orders,
              total_spent,
              avg_order_value,
              last_order_date
            )
            SELECT * FROM customer_orders
            ON CONFLICT (tenant_id, customer_id) DO UPDATE SET
              total_orders = EXCLUDED.total_orders,
              total_spent = EXCLUDED.total_spent,
              avg_order_value = EXCLUDED.avg_order_value,
              last_order_date = EXCLUDED.last_order_date
    after_validation:
      - type: verify_consistency
        config:
          checks:
            - name: row_count
              query: |
                SELECT COUNT(DISTINCT (tenant_id, customer_id)) as expected
                FROM w_orders
                UNION ALL
                SELECT COUNT(*) as actual
                FROM r_customer_analytics
              tolerance_percent: 0.0
            - name: total_spent
              query: |
                WITH calculated AS (
                  SELECT tenant_id, customer_id, SUM(total) as expected_total
                  FROM w_orders
                  GROUP BY tenant_id, customer_id
                )
                SELECT
                  SUM(ABS(c.expected_total - r.total_spent)) as total_variance,
                  MAX(ABS(c.expected_total - r.total_spent)) as max_variance
                FROM calculated c
                JOIN r_customer_analytics r
                  ON r.tenant_id = c.tenant_id
                  AND r.customer_id = c.customer_id
              tolerance_percent: 0.01  # 1% variance OK
      - type: test_application_queries
        config:
          test_queries:
            - name: get_top_customers
              query: SELECT * FROM r_customer_analytics ORDER BY total_spent DESC LIMIT 10
              expected_columns:
                - tenant_id
                - customer_id
                - total_spent
            - name: customer_lifetime_value
              query: SELECT SUM(total_spent) FROM r_customer_analytics WHERE tenant_id = $1
              test_params:
                - "1"
              expected_return_type: numeric
    cleanup:
      - type: drop_temporary_tables
        config:
          keep_logs: true  # Keep execution logs
      - type: analyze_statistics
        config:
          tables:
            - r_customer_analytics
          update_table_stats: true
`;

test("the strategy document's other example works too: INSERT … ON CONFLICT, named checks, queries with parameters", async () => {
  await using db = await openTestDatabase();
  await db.query(`create table w_tenants (id int primary key); create table w_customers (id int primary key, tenant_id int);
    create table w_orders (tenant_id int, customer_id int, total decimal(19,2), created_at timestamp default now());
    insert into w_tenants values (1), (2); insert into w_customers select n, 1 + n % 2 from generate_series(1, 30) n;
    insert into w_orders select 1 + (1 + n % 30) % 2, 1 + n % 30, n from generate_series(1, 300) n;
    create table r_customer_analytics (tenant_id int, customer_id int, total_orders int default 0, total_spent decimal(19,2) default 0, avg_order_value decimal(19,2), last_order_date timestamp, unique (tenant_id, customer_id))`);
  using project = new Project({ "db/migrations/003_add_customer_analytics.yaml": customer });
  const { hooks } = await project.hooks();
  for (const { hook } of hooks.list()) {
    const { error, status } = await fireHook(db, hook, { data: { name: "add_customer_analytics" } });
    expect([hook.id, status, error]).toEqual([hook.id, "completed", undefined]);
  }
  expect((await db.query("select sum(total_spent) from r_customer_analytics")).rows).toEqual([{ sum: "45150.00" }]);
});

test("hooks of the project and of an environment stand in confiture.yaml, with secrets from the environment", async () => {
  using project = new Project({
    "confiture.yaml": `environments:
  production:
    database_url: postgres://db/shop
    hooks:
      migration_failed:
        - type: pagerduty
          config: { routing_key: "\${PD_KEY}" }
hooks:
  after_migration:
    - type: rebuild_read_models
      condition: "migration_name.contains('01_write_side')"
      action: |
        SELECT * INTO r_customer_lifetime_value
        FROM compute_clv();
  after_ddl:
    - type: analyze_statistics
      id: first
      priority: high
      timeout: 5m
    - type: analyze_statistics
      depends_on: [first]
  on_error:
    - type: webhook
      config:
        url: https://example.com/\${HOOK_PATH:-failed}
        secret: \${HOOK_SECRET}
      retry: { max_attempts: 3, on_exhausted: fail_safe }
  options:
    defaults: { errors: fail_safe }
    on_error: { strategy: parallel, timeout_per_hook_ms: 1000 }
`,
  });
  const { hooks, sources } = await project.hooks({ HOOK_SECRET: "s", PD_KEY: "k" }, "production");
  expect(
    hooks.list().map(({ id, event, priority, dependsOn, hook }) => [event, id, priority, dependsOn, hook.connection]),
  ).toEqual(
    [
      ["after_ddl", "first", 3, [], "own"],
      ["after_ddl", "after_ddl/analyze_statistics", 5, ["first"], "own"],
      ["on_success", "on_success/rebuild_read_models", 5, [], "own"],
      ["on_error", "on_error/webhook", 5, [], "none"],
      ["migration_failed", "production: migration_failed/pagerduty", 5, [], "none"],
    ].sort((left, right) => order.indexOf(left[0] as string) - order.indexOf(right[0] as string)),
  );
  expect(sources.get("first")?.source).toBe("confiture.yaml:16");
  // Nobody needs the secrets of hooks who does not run any.
  await expect(loadConfig({ cwd: project.root, env: {} })).resolves.toBeDefined();
  expect(await project.refusal({})).toMatchObject({
    code: "CONFITURE_VARIABLE_MISSING",
    at: { file: "confiture.yaml", line: 26 },
  });
});

const order = ["after_ddl", "on_error", "on_success", "migration_failed"];

test("what is wrong with hooks in YAML is told with its file, line and column", async () => {
  const refusal = async (yaml: string, env: Record<string, string> = {}) => {
    using project = new Project({ "confiture.yaml": `hooks:\n${yaml}` });
    const { code, message, at, hint } = await project.refusal(env);
    expect(code).toBe("CONFITURE_HOOK_CONFIG");
    return `${at?.file}:${at?.line}:${at?.column} ${message}${hint === undefined ? "" : ` → ${hint}`}`;
  };
  expect(await refusal("  after_dll: []")).toBe(
    "confiture.yaml:2:3 There is no key `after_dll` in `hooks`. Did you mean `after_ddl`?",
  );
  expect(await refusal("  after_ddl:\n    - type: rebuild_indexes\n      config: {}")).toMatch(
    /^confiture\.yaml:3:13 `hooks\.after_ddl\[1\]\.type` names `rebuild_indexes`, which is no type of hook\. Did you mean `rebuild_index`\?/,
  );
  expect(
    await refusal("  after_ddl:\n    - type: rebuild_index\n      config:\n        indexes: [a]\n        deadlin: 5m"),
  ).toBe("confiture.yaml:6:9 There is no key `deadlin` in `hooks.after_ddl[1].config`. Did you mean `deadline`?");
  expect(
    await refusal(
      "  after_ddl:\n    - type: rebuild_index\n      config:\n        indexes: [a]\n        deadline: soon",
    ),
  ).toMatch(/^confiture\.yaml:6:19 `hooks\.after_ddl\[1\]\.config\.deadline` must be a time/);
  expect(await refusal("  after_ddl:\n    - type: rebuild_index")).toMatch(
    /^confiture\.yaml:3:7 `hooks\.after_ddl\[1\]\.config\.indexes` is missing/,
  );
  expect(
    await refusal("  before_ddl:\n    - type: backfill_read_model\n      config: { target_table: t, set: { a: '1' } }"),
  ).toMatch(/^confiture\.yaml:3:13 This puts `backfill_read_model` at `before_ddl`, where it cannot stand/);
  expect(
    await refusal(
      "  after_ddl:\n    - type: backfill_read_model\n      connection: migration\n      config: { target_table: t, set: { a: '1' } }",
    ),
  ).toMatch(/^confiture\.yaml:4:19 `hooks\.after_ddl\[1\]\.connection` is `migration`, on which/);
  expect(await refusal("  after_ddl:\n    - run the backfill")).toMatch(
    /^confiture\.yaml:3:7 `hooks\.after_ddl\[1\]` must be a map/,
  );
  expect(
    await refusal(
      "  on_success:\n    - type: rebuild_read_models\n      condition: \"migration_name contains 'x'\"\n      action: select 1",
    ),
  ).toMatch(
    /^confiture\.yaml:4:18 `hooks\.on_success\[1\]\.condition` is no CEL expression.*→ Write `migration_name\.contains\('x'\)`\.$/,
  );
  expect(
    await refusal(
      "  on_success:\n    - type: rebuild_read_models\n      action: |\n        select 1;\n        for each model rebuild it;",
    ),
  ).toMatch(
    /^confiture\.yaml:6:9 `hooks\.on_success\[1\]\.config\.action` is not SQL that PostgreSQL takes|^confiture\.yaml:6:9 `hooks\.on_success\[1\]\.action` is not SQL that PostgreSQL takes/,
  );
  expect(
    await refusal(
      "  on_error:\n    - type: slack\n      config:\n        webhook_url: https://hooks.slack.com/services/T/B/abc",
    ),
  ).toBe(
    "confiture.yaml:5:22 `hooks.on_error[1].config.webhook_url` is a secret, which does not belong into a file. → Put it into the environment, and write ${NAME} here.",
  );
  expect(
    await refusal(
      "  on_error:\n    - type: webhook\n      config:\n        url: https://example.com\n        headers: { Authorization: Bearer abc }",
    ),
  ).toMatch(/config\.headers\.Authorization` is a secret/);
  expect(await refusal("  after_ddl:\n    - type: analyze_statistics\n      depends_on: [nobody]")).toMatch(
    /^confiture\.yaml:3:13 .*depends on nobody/,
  );
  expect(await refusal("  options:\n    on_error: { strategy: parallel, mutation: mutable }")).toMatch(
    /side by side cannot all change the same data/,
  );
  const both = await refusal("  after_ddl:\n    - type: rebuild_index\n    - type: analyse_statistics");
  expect(both).toMatch(/2 problems:/);
});

test("hooks of files and of packages are registered: one, several, or by a function", async () => {
  await using db = await openTestDatabase();
  using project = new Project({
    "confiture.yaml": "hooks:\n  packages: [acme-hooks]\n",
    "db/hooks/10_one.ts": `import { defineMigrationHook } from "@confiture/migrator";
export default defineMigrationHook({ id: "one", on: "after_ddl", connection: "own",
  run: async ({ data, metadata }) => { await metadata.session?.query("create table made (v text)"); return data.version satisfies string; } });`,
    "db/hooks/20_two.ts": `const hook = (id: string) => ({ id, on: "before_ddl", connection: "none", run: () => id });
export default [hook("two"), hook("three")];`,
    "db/hooks/30_function.mjs": `export default (hooks) => { hooks.register({ id: "four", on: "on_error", connection: "none", run: () => 4 }); };`,
    "db/hooks/helper.d.ts": "not read",
    "node_modules/acme-hooks/package.json": '{ "name": "acme-hooks", "type": "module", "exports": "./index.js" }',
    "node_modules/acme-hooks/index.js": `export default async () => [{ id: "acme", on: "cleanup", connection: "none", run: () => "acme" }];`,
  });
  const { hooks, sources } = await project.hooks();
  expect(hooks.list().map(({ id }) => [id, sources.get(id)?.source])).toEqual(
    [
      ["two", "db/hooks/20_two.ts"],
      ["three", "db/hooks/20_two.ts"],
      ["one", "db/hooks/10_one.ts"],
      ["acme", "acme-hooks"],
      ["four", "db/hooks/30_function.mjs"],
    ].sort((left, right) => ids.indexOf(left[0]!) - ids.indexOf(right[0]!)),
  );
  const one = hooks.list().find(({ id }) => id === "one")!.hook;
  expect(await fireHook(db, one)).toMatchObject({ status: "completed", value: "003" });
  expect((await db.query("select count(*) from made")).rows).toEqual([{ count: "0" }]);
  using bad = new Project({
    "db/hooks/bad.ts": "export default { id: 'x', on: 'after_dll', connection: 'none', run() {} };",
  });
  expect(await bad.refusal()).toMatchObject({
    code: "CONFITURE_HOOK_CONFIG",
    message: expect.stringMatching(/^db\/hooks\/bad\.ts: .*after_dll/),
  });
  using gone = new Project({ "confiture.yaml": "hooks:\n  packages: [not-installed-here]\n" });
  expect(await gone.refusal()).toMatchObject({
    code: "CONFITURE_HOOK_CONFIG",
    message: expect.stringContaining("not-installed-here cannot be loaded"),
  });
});

const ids = ["one", "two", "three", "four", "acme"];

test("a migration that names hooks is not run without them", async () => {
  await using db = await openTestDatabase();
  using project = new Project({
    "db/migrations/001_a.yaml":
      "migration:\n  ddl: create table a ();\n  hooks:\n    cleanup:\n      - type: analyze_statistics\n",
  });
  const migrations = await readMigrations(join(project.root, "db/migrations"));
  await expect(migrate(db, { migrations })).rejects.toMatchObject({
    code: "CONFITURE_HOOKS_UNSUPPORTED",
    at: { line: 4 },
  });
});
