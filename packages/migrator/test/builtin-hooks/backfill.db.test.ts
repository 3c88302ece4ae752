import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { createBuiltinHook } from "../../src/builtin-hooks/index.js";
import { fireHook } from "./fire-hook.js";

async function backfill(
  db: TestDatabase,
  config: Record<string, unknown>,
  options: Parameters<typeof fireHook>[2] = {},
) {
  return fireHook(db, await createBuiltinHook({ type: "backfill_read_model", on: "after_ddl", config }), options);
}

/** Ids far apart, with one gap of a million million. */
const sparse = `
  create table orders (id bigint primary key, customer int not null, total numeric not null, cents bigint);
  insert into orders select n * 1000003 + case when n > 500 then 1000000000000 else 0 end, n % 50, n, null from generate_series(1, 1000) n;
  analyze orders;`;

testOnEachVersion("rows are updated in place over a sparse key, all of them, once", async (version) => {
  await using db = await openTestDatabase({ version, sql: sparse });
  const { status, value, progress, error } = await backfill(db, {
    target_table: "orders",
    set: { cents: "coalesce(cents, 0) + total * 100" },
    batch_size: 37,
    parallel_workers: 3,
  });
  expect([status, error]).toEqual(["completed", undefined]);
  expect(value).toEqual({ rows: 1000, batches: 28, resumed: false });
  const { rows } = await db.query("select count(*) filter (where cents = total * 100) as right, count(*) from orders");
  expect(rows).toEqual([{ right: "1000", count: "1000" }]);
  expect(progress.at(-1)).toMatchObject({ unit: "rows", total: 1000 });
});

testOnEachVersion("a source table is copied, and rows that are there are brought up to date", async (version) => {
  await using db = await openTestDatabase({ version, sql: sparse });
  await db.query(`create table r_orders (id bigint primary key, total numeric, loud text);
    insert into r_orders select id, -1, 'old' from orders order by id limit 10`);
  const outcome = await backfill(db, {
    source_table: "orders",
    target_table: "r_orders",
    columns: { id: "s.id", total: "s.total", loud: "'customer ' || s.customer" },
    where: "s.customer <> 7",
    batch_size: 100,
  });
  expect(outcome).toMatchObject({ status: "completed", value: { rows: 980 } });
  const { rows } = await db.query(
    "select count(*) as wrong from orders o full join r_orders r using (id) where (o.customer <> 7) is distinct from coalesce(r.total = o.total and r.loud = 'customer ' || o.customer, false)",
  );
  expect(rows).toEqual([{ wrong: "0" }]);
});

test("without a mapping, columns of the same name are copied", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await db.query(
    "create table r_orders (id bigint primary key, total numeric, doubled numeric generated always as (total * 2) stored)",
  );
  expect(await backfill(db, { source_table: "orders", target_table: "r_orders" })).toMatchObject({
    value: { rows: 1000 },
  });
});

test("a query is read once, and inserted in batches", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await db.query(
    "create table r_customer_lifetime_value (id uuid, customer int primary key, total_spent numeric, order_count bigint)",
  );
  const config = {
    source_query: `select gen_random_uuid() as id, customer, sum(total) as total_spent, count(*) as order_count
      from orders group by customer -- everything`,
    target_table: "r_customer_lifetime_value",
    batch_size: 7,
    parallel_workers: 2,
  };
  expect(await backfill(db, config)).toMatchObject({ status: "completed", value: { rows: 50, batches: 8 } });
  const { rows } = await db.query(
    "select sum(total_spent) = (select sum(total) from orders) as same from r_customer_lifetime_value",
  );
  expect(rows).toEqual([{ same: true }]);
  const { rows: left } = await db.query("select relname from pg_class where relname like 'backfill_stage%'");
  expect(left).toEqual([]);
  // Behind one that has ended, another begins anew.
  await db.query("delete from r_customer_lifetime_value where customer < 10");
  expect(await backfill(db, config)).toMatchObject({ value: { rows: 50, resumed: false } });
});

test("an INSERT … SELECT … ON CONFLICT is done in batches as it is written", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await db.query(`create table r_customer (customer int primary key, orders bigint, spent numeric);
    insert into r_customer values (3, 0, 0)`);
  const outcome = await backfill(db, {
    source_tables: ["orders"],
    target_table: "r_customer",
    batch_size: 9,
    backfill_query: `
      with per_customer as (select o.customer, count(*) as orders, sum(o.total) as spent from orders o group by o.customer)
      insert into r_customer (customer, orders, spent)
      select * from per_customer
      on conflict (customer) do update set orders = excluded.orders, spent = excluded.spent;`,
  });
  expect(outcome).toMatchObject({ status: "completed", value: { rows: 50, batches: 6 } });
  const { rows } = await db.query("select sum(orders) as orders, sum(spent) as spent from r_customer");
  expect(rows).toEqual([{ orders: "1000", spent: "500500" }]);
});

test("what is selected counts by its place, and the target's alias holds in the conflict", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await db.query(
    "create table tally (customer int primary key, seen bigint, note text); insert into tally values (3, 100, 'old')",
  );
  const outcome = await backfill(db, {
    batch_size: 20,
    backfill_query: `insert into tally as t (customer, -- whose
        seen, note)
      select customer, count(*), 'x' from orders group by 1
      on conflict (customer) do update set seen = t.seen + excluded.seen`,
  });
  expect(outcome).toMatchObject({ status: "completed", value: { rows: 50, batches: 3 } });
  expect((await db.query("select sum(seen) from tally")).rows).toEqual([{ sum: "1100" }]);
});

testOnEachVersion("a table without a key is walked by its pages, until nothing is left", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(
    `create table log (at int, kind text); insert into log select n, null from generate_series(1, 5000) n; analyze log`,
  );
  expect(await backfill(db, { target_table: "log", set: { kind: "'old'" } })).toMatchObject({
    status: "failed",
    error: { code: "CONFITURE_BACKFILL", message: expect.stringContaining("no primary key") },
  });
  const outcome = await backfill(db, {
    target_table: "log",
    set: { kind: "'old'" },
    where: "kind is null",
    batch_size: 300,
  });
  expect(outcome).toMatchObject({ status: "completed" });
  const { rows } = await db.query("select count(*) from log where kind is null");
  expect(rows).toEqual([{ count: "0" }]);
});

testOnEachVersion("a key of several columns, of text and of time, is walked in its own order", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(`create table reading (place text collate "C", at timestamptz, value float8, done boolean, primary key (place, at));
    insert into reading select chr(60 + n % 40) || '"\\', now() - n * interval '1 second', n / 3.0, false from generate_series(1, 2000) n`);
  const outcome = await backfill(db, {
    target_table: "reading",
    set: { done: "true" },
    where: "not done",
    batch_size: 33,
    parallel_workers: 2,
  });
  expect(outcome).toMatchObject({ status: "completed", value: { rows: 2000 } });
});

test("one that was interrupted goes on where it stopped, and does nothing twice", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  const config = {
    target_table: "orders",
    set: { cents: "coalesce(cents, 0) + 1" },
    batch_size: 10,
    parallel_workers: 3,
    throttle: 5,
  };
  const stop = new AbortController();
  const hook = await createBuiltinHook({ type: "backfill_read_model", on: "after_ddl", config });
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done >= 200) stop.abort(new Error("stopped by the test"));
  };
  const first = await fireHook(db, hook, { signal: stop.signal, onProgress });
  expect(first.status).toBe("cancelled");
  const { rows: part } = await db.query<{ done: string }>("select count(*) as done from orders where cents = 1");
  expect(Number(part[0]?.done)).toBeGreaterThan(0);
  expect(Number(part[0]?.done)).toBeLessThan(1000);
  const second = await fireHook(
    db,
    await createBuiltinHook({ type: "backfill_read_model", on: "after_ddl", config: { ...config, throttle: 0 } }),
  );
  expect(second).toMatchObject({ status: "completed", value: { rows: 1000, resumed: true } });
  const { rows } = await db.query("select count(*) filter (where cents = 1) as once, count(*) from orders");
  expect(rows).toEqual([{ once: "1000", count: "1000" }]);
});

test("killed in the middle of batches, again and again, it changes every row once", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  const config = {
    target_table: "orders",
    set: { cents: "coalesce(cents, 0) + 1" },
    batch_size: 20,
    parallel_workers: 3,
  };
  for (const killAt of [2, 7, 15]) expect((await crashingBackfill(db.url, config, killAt)).code).not.toBe(0);
  const { rows: part } = await db.query<{ done: string }>("select count(*) as done from orders where cents = 1");
  expect(Number(part[0]?.done)).toBeGreaterThan(0);
  const last = await crashingBackfill(db.url, config, 0);
  expect(JSON.parse(last.stdout)).toMatchObject({ rows: 1000, resumed: true });
  const { rows } = await db.query("select count(*) filter (where cents = 1) as once, count(*) from orders");
  expect(rows).toEqual([{ once: "1000", count: "1000" }]);
});

const script = fileURLToPath(new URL("../crash/crashing-backfill.mjs", import.meta.url));

function crashingBackfill(
  url: string,
  config: object,
  killAt: number,
): Promise<{ code: number | null; stdout: string }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [script, url, JSON.stringify(config), String(killAt)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.on("data", (bytes: Buffer) => {
      stdout += bytes.toString();
    });
    child.on("error", failed);
    child.on("close", (code) => done({ code, stdout }));
  });
}

test("batches wait for rows that others hold no longer than they may, and come back", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await using other = await db.openSession();
  await other.query("begin; update orders set total = total where customer = 9");
  const config = { target_table: "orders", set: { cents: "1" }, batch_size: 100, lock_timeout: 50 };
  const release = new Promise((done) => setTimeout(() => done(other.query("commit")), 600));
  expect(await backfill(db, config)).toMatchObject({ status: "completed", value: { rows: 1000 } });
  await release;
  await other.query("begin; update orders set total = total where customer = 9");
  const again = await backfill(db, { ...config, lock_retry: 200 });
  expect(again).toMatchObject({ status: "failed", error: { code: "55P03" } });
  await other.query("rollback");
});

test("what cannot be done is refused with what to do instead", async () => {
  await using db = await openTestDatabase({ sql: sparse });
  await db.query("create table r_other (nothing int)");
  const message = async (config: Record<string, unknown>) => ((await backfill(db, config)).error as Error).message;
  expect(await message({ source_table: "orders", target_table: "r_other" })).toMatch(/no column of the same name/);
  expect(await message({ source_query: "select 1 as something", target_table: "r_other" })).toMatch(
    /gives something, and public\.r_other has no such column to be written/,
  );
  expect(await message({ target_table: "orders", set: { id: "id + 1" } })).toMatch(/changes id, over which/);
  expect(await message({ backfill_query: "insert into r_other values (1)" })).toMatch(/not one INSERT … SELECT/);
  expect(await message({ target_table: "nowhere", set: { a: "1" } })).toMatch(/no relation nowhere/);
  await expect(
    createBuiltinHook({
      type: "backfill_read_model",
      on: "after_ddl",
      config: { target_table: "t", set: { a: "1" }, source_query: "select 1" },
    }),
  ).rejects.toThrow("must say where rows come from with one of");
});
