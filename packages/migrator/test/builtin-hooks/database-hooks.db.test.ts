import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { type BuiltinHookOptions, createBuiltinHook } from "../../src/builtin-hooks/index.js";
import { type FireOptions, fireHook } from "./fire-hook.js";

const shop = `
  create table orders (id int primary key, customer int not null, total numeric(10,2) not null);
  insert into orders select n, n % 10, n from generate_series(1, 100) n;
  create index orders_customer on orders (customer);
  create table r_customer (customer int primary key, spent numeric(10,2));
  insert into r_customer select customer, sum(total) from orders group by customer;`;

async function fire(
  db: TestDatabase,
  asked: Omit<BuiltinHookOptions, "on"> & Partial<Pick<BuiltinHookOptions, "on">>,
  options: FireOptions = {},
) {
  return fireHook(db, await createBuiltinHook({ on: "after_validation", ...asked }), options);
}

testOnEachVersion("row counts and sizes are captured, and held against those of later", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const run = { executionId: "run-1" };
  const captured = await fire(db, { type: "capture_statistics", on: "before_ddl" }, run);
  expect(captured).toMatchObject({ status: "completed", value: { tables: 2 } });
  const { rows } = await db.query(
    "select relation, row_count, table_bytes > 0 as sized, version, hook_id from confiture.table_statistics order by relation",
  );
  expect(rows).toEqual([
    {
      relation: "public.orders",
      row_count: "100",
      sized: true,
      version: "003",
      hook_id: "before_ddl/capture_statistics",
    },
    {
      relation: "public.r_customer",
      row_count: "10",
      sized: true,
      version: "003",
      hook_id: "before_ddl/capture_statistics",
    },
  ]);
  const verify = { type: "verify_consistency", config: { captured: { tables: ["orders"] } } } as const;
  expect(await fire(db, verify, run)).toMatchObject({ status: "completed" });
  await db.query("delete from orders where id <= 3");
  expect(await fire(db, verify, run)).toMatchObject({
    status: "failed",
    error: {
      code: "CONFITURE_HOOK_CHECK",
      message: "1 of 1 checks failed: rows of public.orders (100 before, 97 now).",
    },
  });
  const tolerant = { type: "verify_consistency", config: { captured: { tables: ["orders"], tolerance_percent: 3 } } };
  expect(await fire(db, tolerant, run)).toMatchObject({ status: "completed" });
  expect(await fire(db, tolerant, { executionId: "run-2" })).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("nothing was captured in this run") },
  });
});

test("checks compare what is expected with what is there, in each of their forms", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const check = (query: string, more: object = {}) =>
    fire(db, { type: "verify_consistency", config: { checks: [{ name: "c", query, ...more }] } });
  const passes = [
    ["select count(distinct customer) as expected, (select count(*) from r_customer) as actual from orders"],
    [
      "select count(distinct customer) as expected from orders union all select count(*) as actual from r_customer",
      { tolerance_percent: 0 },
    ],
    ["select 1000 as expected, 995 as actual", { expected_ratio: 0.99 }],
    ["select 1000 as expected, 995 as actual", { tolerance_percent: 0.5 }],
    [
      "select count(distinct (customer)) as w, count(*) as r from orders union all select null, count(*) from r_customer",
      { expected_ratio: 1 },
    ],
    [
      "select sum(abs(c.t - r.spent)) as total_variance, max(abs(c.t - r.spent)) as max_variance from (select customer, sum(total) as t from orders group by 1) c join r_customer r using (customer)",
    ],
  ] as const;
  for (const [query, more] of passes)
    expect(await check(query, more ?? {}), query).toMatchObject({ status: "completed" });
  const fails = [
    ["select 1000 as expected, 989 as actual", { expected_ratio: 0.99 }, "1.1 % off"],
    ["select 1 as expected, 0 as actual", {}, "100 % off"],
    ["select 0 as expected, 1 as actual", { tolerance_percent: 50 }, "nothing was expected"],
    ["select 9007199254740993 as expected, 9007199254740992 as actual", {}, "off"],
    ["select 5 as total_variance", {}, "total_variance must be 0"],
    ["select sum(total) as variance from orders where false", {}, "nothing was compared"],
    ["select 1 as expected", {}, "gave one value"],
    ["select 1 as expected, 1 as actual where false", {}, "the query gave no row"],
    ["select sum(total) as expected, sum(total) as actual from orders where false", {}, "must be numbers"],
  ] as const;
  for (const [query, more, found] of fails)
    expect(await check(query, more), query).toMatchObject({
      status: "failed",
      error: { code: "CONFITURE_HOOK_CHECK", message: expect.stringContaining(found) },
    });
});

test("how much of a source is in a target is a share of its keys", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await db.query("delete from r_customer where customer = 4");
  const join = { source: "orders", target: "r_customer", join_key: "customer" };
  const verify = (more: object) =>
    fire(db, { type: "verify_consistency", config: { source_target_joins: [{ ...join, ...more }] } });
  expect(await verify({ expected_ratio: 1.0 })).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("9 of 10 keys of orders are in r_customer") },
  });
  expect(await verify({ expected_ratio: 0.9 })).toMatchObject({ status: "completed" });
});

testOnEachVersion("application queries are run, held against columns and types, and undone", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const ask = (query: object, more: object = {}) =>
    fire(db, { type: "test_application_queries", config: { test_queries: [{ name: "q", ...query }] }, ...more });
  const fine = [
    {
      query: "select * from r_customer order by spent desc limit 10;",
      expected_columns: ["customer", { name: "spent", type: "numeric" }],
    },
    {
      query: "select sum(spent) from r_customer where customer = $1 -- one",
      test_params: ["4"],
      expected_return_type: "numeric",
      min_rows: 1,
    },
    { query: "/* */ with a as (select 1 as n) select n from a", expected_columns: [{ name: "n", type: "int" }] },
    { query: "update orders set total = 0 where id = $1", test_params: [1], min_rows: 1 },
  ];
  for (const query of fine)
    for (const connection of ["own", "migration"] as const)
      expect(await ask(query, { connection }), query.query).toMatchObject({
        status: "completed",
        value: { queries: 1 },
      });
  const { rows } = await db.query("select total from orders where id = 1");
  expect(rows).toEqual([{ total: "1.00" }]);
  const wrong = [
    [{ query: "select customer from r_customer", expected_columns: ["spent"] }, "gives no column spent"],
    [
      { query: "select customer from r_customer", expected_columns: [{ name: "customer", type: "bigint" }] },
      "gives customer as integer, not bigint",
    ],
    [{ query: "select 1, 2 as b", expected_return_type: "int" }, "gives 2 columns"],
    [{ query: "select nothing from r_customer" }, 'column "nothing" does not exist'],
    [{ query: "select 1 as n where false", min_rows: 1 }, "gives 0 rows, and at least 1"],
    [{ query: "select pg_sleep(5)", max_duration: "50ms" }, "took longer than 50 ms"],
    [{ query: "select customer::text::int / 0 from r_customer" }, "division by zero"],
  ] as const;
  for (const [query, found] of wrong)
    expect(await ask(query), query.query).toMatchObject({
      status: "failed",
      error: { code: "CONFITURE_HOOK_CHECK", message: expect.stringContaining(found) },
    });
});

test("queries of a file are run too, each under its name", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const root = mkdtempSync(join(tmpdir(), "confiture-queries-"));
  try {
    writeFileSync(
      join(root, "q.sql"),
      "-- name: top customers\nselect * from r_customer;\n\n-- name: lost\nselect gone from orders;\n",
    );
    expect(await fire(db, { type: "test_application_queries", config: { query_file: "q.sql" }, root })).toMatchObject({
      status: "failed",
      error: {
        message: expect.stringMatching(
          /^1 of 2 application queries do not work any more: lost: column "gone" does not exist/,
        ),
      },
    });
    expect(
      await fire(db, { type: "test_application_queries", config: { query_file: "none.sql" }, root }),
    ).toMatchObject({
      error: { code: "CONFITURE_FILE_NOT_FOUND" },
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});

testOnEachVersion("indexes are rebuilt, and what a build that failed left behind is dropped", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  await db.query(
    "delete from orders where id > 20; insert into orders select n, 1, 1 from generate_series(1000, 9000) n",
  );
  expect(
    await fire(db, { type: "rebuild_index", config: { indexes: ["orders_customer", "public.orders_pkey"] } }),
  ).toMatchObject({
    status: "completed",
    value: { indexes: [{ index: "public.orders_customer" }, { index: "public.orders_pkey" }] },
  });
  // A reader that stays keeps the build waiting until its deadline.
  await using reader = await db.openSession();
  await reader.query("begin isolation level repeatable read; select count(*) from orders");
  const late = await fire(db, { type: "rebuild_index", config: { indexes: ["orders_customer"], deadline: "400ms" } });
  await reader.query("rollback");
  expect(late).toMatchObject({ status: "failed", error: { code: "CONFITURE_DEADLINE" } });
  // The index left behind is dropped at once if the reader lets it, and by the next run in any case.
  expect(await fire(db, { type: "rebuild_index", config: { indexes: ["orders_customer"] } })).toMatchObject({
    status: "completed",
  });
  const { rows } = await db.query(
    "select relname from pg_class c join pg_index i on i.indexrelid = c.oid where relname ~ '_cc(new|old)' or not indisvalid",
  );
  expect(rows).toEqual([]);
  expect(await fire(db, { type: "rebuild_index", config: { indexes: ["orders"] } })).toMatchObject({
    error: { message: "public.orders is no index." },
  });
  expect(
    await fire(db, { type: "rebuild_index", config: { indexes: ["orders_customer"], concurrent: false } }),
  ).toMatchObject({
    status: "completed",
  });
});

testOnEachVersion(
  "read models are rebuilt by an action and by refreshing views, where the condition holds",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    await db.query(`create materialized view m_total as select customer, sum(total) as spent from orders group by customer;
    create unique index on m_total (customer); delete from r_customer; update orders set total = 1`);
    const asked = {
      type: "rebuild_read_models",
      on: "on_success",
      condition: "migration_name.contains('add_orders') && direction == 'up'",
      config: {
        action: "insert into r_customer select customer, sum(total) from orders group by customer; select 1;",
        materialized_views: ["m_total"],
      },
    } as const;
    expect(await fire(db, asked, { data: { name: "something_else" } })).toMatchObject({
      value: { skipped: "condition" },
    });
    expect(await fire(db, asked)).toMatchObject({ status: "completed", value: { action: true, views: 1 } });
    const { rows } = await db.query(
      "select (select sum(spent) from r_customer) as read, (select sum(spent) from m_total) as seen",
    );
    expect(rows).toEqual([{ read: "100.00", seen: "100.00" }]);
    // All or nothing: the second statement fails.
    const failing = { ...asked, config: { action: "delete from r_customer; select 1 / 0" } };
    expect(await fire(db, failing)).toMatchObject({ status: "failed" });
    const { rows: still } = await db.query("select count(*) from r_customer");
    expect(still).toEqual([{ count: "10" }]);
  },
);

test("the strategy document's action is run as it is written", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await db.query(
    "create function compute_clv() returns table (customer int, clv numeric) language sql as 'select customer, spent from r_customer'",
  );
  const action = "SELECT * INTO r_customer_lifetime_value\nFROM compute_clv();\n";
  expect(await fire(db, { type: "rebuild_read_models", on: "on_success", config: { action } })).toMatchObject({
    status: "completed",
  });
  const { rows } = await db.query("select count(*) from r_customer_lifetime_value");
  expect(rows).toEqual([{ count: "10" }]);
});

test("what was made for a migration is dropped, and nothing else", async () => {
  await using db = await openTestDatabase({ sql: shop });
  await db.query(
    "create schema shop; create table tmp_003_a (n int); create table shop.tmp_003_b (n int); create table tmpx003 (n int)",
  );
  const drop = (config: object) => fire(db, { type: "drop_temporary_tables", on: "cleanup", config });
  expect(await drop({})).toMatchObject({ status: "completed", value: { dropped: [] } });
  expect(await drop({ tables: ["tmp_003_*", "shop.tmp_003_b"], keep_logs: true })).toMatchObject({
    value: { dropped: ["public.tmp_003_a", "shop.tmp_003_b"] },
  });
  const { rows } = await db.query("select relname from pg_class where relname like 'tmp%' order by 1");
  expect(rows).toEqual([{ relname: "tmpx003" }]);
  await expect(
    createBuiltinHook({ type: "drop_temporary_tables", on: "cleanup", config: { tables: ["*"] } }),
  ).rejects.toMatchObject({
    code: "CONFITURE_HOOK_CONFIG",
  });
});

test("statistics are gathered for the tables named, or for all of the project's", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const analyzed = async () =>
    (
      await db.query<{ relname: string }>(
        "select relname from pg_stat_user_tables where last_analyze is not null order by 1",
      )
    ).rows.map(({ relname }) => relname);
  expect(
    await fire(db, {
      type: "analyze_statistics",
      on: "cleanup",
      config: { tables: ["r_customer"], update_table_stats: true },
    }),
  ).toMatchObject({
    value: { tables: 1 },
  });
  expect(await analyzed()).toEqual(["r_customer"]);
  expect(await fire(db, { type: "analyze_statistics", on: "cleanup" })).toMatchObject({ value: { tables: 2 } });
  expect(await analyzed()).toEqual(["orders", "r_customer"]);
});

test("in a rehearsal nothing is done that would stay", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const asked = { type: "rebuild_read_models", on: "after_ddl", config: { action: "delete from r_customer" } } as const;
  const rehearsal = { data: { mode: "dry_run" } };
  expect(await fire(db, asked, rehearsal)).toMatchObject({ status: "completed", value: { skipped: "dry_run" } });
  expect((await db.query("select count(*) from r_customer")).rows).toEqual([{ count: "10" }]);
  expect(await fire(db, { ...asked, connection: "migration" }, rehearsal)).toMatchObject({ value: { action: true } });
  await db.query("insert into r_customer values (99, 1)");
  expect(await fire(db, { ...asked, inDryRun: true }, rehearsal)).toMatchObject({ value: { action: true } });
});

test("a hook that is for one migration is left alone at the moments of others", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const asked = { type: "rebuild_read_models", on: "after_ddl", config: { action: "delete from r_customer" } } as const;
  const only = { ...asked, onlyFor: { version: "003", direction: "up" } } as const;
  for (const data of [{ version: "4" }, { direction: "down" }]) await fire(db, only, { data });
  expect((await db.query("select count(*) from r_customer")).rows).toEqual([{ count: "10" }]);
  await fire(db, only, { data: { version: "3" } });
  expect((await db.query("select count(*) from r_customer")).rows).toEqual([{ count: "0" }]);
});
