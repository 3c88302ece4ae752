import type { DataRequirement } from "@confiture/model";
import { checkData, type DataCheck } from "@confiture/risk";
import { openTestDatabase, type TestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";

const shop = `
create table customers (id int primary key, name text);
insert into customers select n, 'customer ' || n from generate_series(1, 50) n;
create table orders (id int primary key, customer int, ref text, "Odd" text, amount numeric, big bigint, share float8, part int);
insert into orders select n, n % 60, 'ref ' || n % 95, n::text, n, n, n, null from generate_series(1, 100) n;
update orders set customer = null where id = 3;
create table parts (a int, b int, unique (a, b));
create table log (at int not null, tag text) partition by range (at);
create table log_1 partition of log for values from (0) to (50);
create table log_2 partition of log for values from (50) to (100);
insert into log select n, 'tag ' || n % 70 from generate_series(0, 99) n;
`;

async function rowsThatFail(db: TestDatabase, requirement: DataRequirement): Promise<number | string> {
  const [check] = await checkData(db, [requirement]);
  return described(check!);
}

function described(check: DataCheck): number | string {
  if (check.kind === "satisfied") return 0;
  if (check.kind === "not_inspected") return check.because;
  return check.exact ? check.rows : `at least ${check.rows}`;
}

describe("rows that stand against a plan are counted as PostgreSQL judges them", () => {
  testOnEachVersion("nulls, checks and duplicates", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const count = (requirement: DataRequirement) => rowsThatFail(db, requirement);
    const orders = { relation: "public.orders" };
    expect(await count({ kind: "not_null", ...orders, column: "customer" })).toBe(1);
    expect(await count({ kind: "not_null", ...orders, column: "id" })).toBe(0);
    expect(await count({ kind: "check", ...orders, expression: "amount > 10" })).toBe(10);
    expect(await count({ kind: "check", ...orders, expression: "part > 10" })).toBe(0);
    const unique = { kind: "unique", ...orders, nullsNotDistinct: false } as const;
    expect(await count({ ...unique, columns: ["ref"] })).toBe(10);
    expect(await count({ ...unique, columns: ["lower(ref)"], where: "id > 10" })).toBe(0);
    expect(await count({ ...unique, columns: ["part"] })).toBe(0);
    expect(await count({ ...unique, columns: ["part"], nullsNotDistinct: true })).toBe(100);
    // Across partitions.
    expect(await count({ ...unique, relation: "log", columns: ["tag"] })).toBe(60);
  });

  testOnEachVersion("keys without a partner", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const count = (requirement: DataRequirement) => rowsThatFail(db, requirement);
    const key = { kind: "foreign_key", relation: "orders", columns: ["customer"], match: "simple" } as const;
    // 60 and 120 are 0; 51 to 59 are there once.
    expect(await count({ ...key, references: "customers" })).toBe(10);
    expect(await count({ ...key, references: "customers", referencedColumns: ["id"] })).toBe(10);
    await db.query("insert into parts values (1, 1)");
    const pair = { ...key, columns: ["customer", "part"], references: "parts", referencedColumns: ["a", "b"] };
    expect(await count(pair)).toBe(0);
    expect(await count({ ...pair, match: "full" })).toBe(99);
    // A key of the table to itself, where names are the same on both sides.
    expect(await count({ ...key, columns: ["part"], references: "orders" })).toBe(0);
    await db.query("update orders set part = 500 where id = 7");
    expect(await count({ ...key, columns: ["part"], references: "orders" })).toBe(1);
  });

  testOnEachVersion("what does not fit into a type agrees with what ALTER TABLE does", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const cast = (column: string, type: string, using?: string): DataRequirement => ({
      kind: "castable",
      relation: "orders",
      column,
      type,
      ...(using === undefined ? {} : { using }),
    });
    const alter = async ({ column, type, using }: { column: string; type: string; using?: string }) => {
      await db.query("begin");
      try {
        await db.query(`alter table orders alter column ${column} type ${type} ${using ? `using ${using}` : ""}`);
        return "accepted";
      } catch {
        return "refused";
      } finally {
        await db.query("rollback");
      }
    };
    await db.query(`
      create domain email as text check (value like '%@%');
      create domain short as varchar(3);
      create type mood as enum ('fine', 'sad');
      alter table orders add tags varchar(50)[] default '{long enough}', add flags varbit default '101', add mood mood;
      update orders set big = 3000000000 where id in (1, 2);
      update orders set amount = 123456.789 where id = 4;
      update orders set amount = 'NaN' where id = 5;
      update orders set share = 2147483647.6 where id = 6;
      update orders set ref = 'short     ' where id = 8;
      update orders set "Odd" = ' 12 ' where id = 9;
      update orders set "Odd" = 'twelve' where id = 10;
      update orders set "Odd" = '99999999999' where id = 11`);
    const expected: readonly (readonly [
      column: string,
      type: string,
      using: string | undefined,
      rows: number | string,
    ])[] = [
      ["big", "integer", undefined, 2],
      ["big", "smallint", undefined, 2],
      ["big", "numeric(9,0)", undefined, 2],
      ["amount", "integer", undefined, 1],
      ["amount", "numeric(8,2)", undefined, 0],
      ["amount", "numeric(6,2)", undefined, 1],
      ["share", "integer", undefined, 1],
      ["share", "bigint", undefined, 0],
      ["ref", "varchar(6)", undefined, 0],
      ["ref", "varchar(5)", undefined, 85],
      ["ref", "varchar(3)", "ref::varchar(3)", 0],
      ["ref", "text", undefined, 0],
      ['"Odd"', "integer", '"Odd"::integer', 2],
      ['"Odd"', "integer", 'cast("Odd" as integer)', 2],
      ['"Odd"', "bigint", '"Odd"::bigint', 1],
      ['"Odd"', "boolean", '"Odd"::boolean', 99],
      ['"Odd"', "uuid", '"Odd"::uuid', 100],
      ['"Odd"', "integer", 'length("Odd")', 0],
      ['"Odd"', "integer", "(\"Odd\" || '1')::integer", "at least 1"],
      ['"Odd"', "date", '"Odd"::date', version >= 16 ? 100 : "at least 1"],
      // An assignment refuses what a cast that is written out cuts off.
      ["ref", "email", undefined, "at least 1"],
      ["ref", "short", undefined, "at least 1"],
      ["id", "short", undefined, 0],
      ["ref", "bpchar(1)", undefined, 100],
      ["ref", '"char"', undefined, 0],
      ["tags", "varchar(3)[]", undefined, "at least 1"],
      ["tags", "varchar(20)[]", undefined, 0],
      ["flags", "bit(2)", undefined, "at least 1"],
      ["flags", "varbit(2)", undefined, "at least 1"],
      ["flags", "varbit(3)", undefined, 0],
      ["mood", "mood", undefined, 0],
      ["ref", "mood", "ref::mood", version >= 16 ? 100 : "at least 1"],
      // What stands behind USING decides, all of it.
      ["big", "integer", "big::integer * 1000", "at least 1"],
      ["id", "integer", "id::integer * 1000", 0],
      ['"Odd"', "bigint", '"Odd"::integer', "at least 1"],
      ["ref", "integer", "length(ref) -- of it", 0],
      ["ref", "integer", "null", 0],
    ];
    for (const [column, type, using, rows] of expected) {
      const requirement = cast(column, type, using);
      const found = await rowsThatFail(db, requirement);
      expect(found, `${column} to ${type} ${using ?? ""}`).toBe(rows);
      const outcome = await alter({ column, type, ...(using === undefined ? {} : { using }) });
      expect(outcome, `${column} to ${type} ${using ?? ""}`).toBe(rows === 0 ? "accepted" : "refused");
    }
  });
});

testOnEachVersion("a type that PostgreSQL asks USING for is told, whatever the rows", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const asks = "does not bring it to integer of its own accord";
  const castable = { kind: "castable", relation: "orders", type: "integer" } as const;
  expect(await rowsThatFail(db, { ...castable, column: "ref" })).toContain(asks);
  expect(await rowsThatFail(db, { ...castable, column: "ref", using: "ref" })).toContain(asks);
  await expect(db.query("alter table orders alter ref type integer using ref")).rejects.toThrow("automatically");
});

test("the sample says where rows are, and their keys only when asked", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const requirement: DataRequirement = { kind: "unique", relation: "log", columns: ["tag"], nullsNotDistinct: false };
  const [check] = await checkData(db, [requirement], { sampleSize: 60 });
  if (check?.kind !== "violated") throw new Error("no duplicates found");
  expect(check.sample).toHaveLength(60);
  expect(new Set(check.sample.map(({ relation }) => relation))).toEqual(new Set(["public.log_1", "public.log_2"]));
  expect(check.sample.every((key) => !("primaryKey" in key))).toBe(true);
  const [row] = check.sample;
  const { rows } = await db.query(`select tag from ${row!.relation} where ctid = '${row!.ctid}'`);
  expect(rows).toHaveLength(1);
  const nulls: DataRequirement = { kind: "not_null", relation: "orders", column: "customer" };
  const [named] = await checkData(db, [nulls], { keys: "primary_key" });
  expect(named).toMatchObject({ sample: [{ relation: "public.orders", primaryKey: { id: "3" } }] });
});

test("what cannot be looked at is not inspected, with the reason and without a value", async () => {
  await using db = await openTestDatabase({ sql: shop });
  const notNull = (relation: string, column: string): DataRequirement => ({ kind: "not_null", relation, column });
  expect(await rowsThatFail(db, notNull("nowhere", "id"))).toBe("the server has no nowhere");
  expect(await rowsThatFail(db, notNull("orders", "nothing"))).toBe("a column of it does not exist");
  const role = `risk_checker_${process.pid}`;
  await db.query(`create role ${role}; grant select on customers to ${role};
    alter table customers enable row level security; create policy half on customers using (id > 25)`);
  try {
    await db.query(`set role ${role}`);
    expect(await rowsThatFail(db, notNull("orders", "customer"))).toContain("this role may not read it");
    // A policy would hide half of the rows, and with them the truth.
    expect(await rowsThatFail(db, notNull("customers", "name"))).toContain("or not all of its rows");
  } finally {
    await db.query(`reset role; drop owned by ${role}; drop role ${role}`);
  }
});

test("a count that takes too long becomes at least so many, or not inspected when none is found in time", async () => {
  await using db = await openTestDatabase({
    sql: `create table large (n int, s text); insert into large select n, 'x' from generate_series(1, 20000) n;
      create function slowly(n int) returns boolean language plpgsql volatile as $$ begin
        if n > 50 then perform pg_sleep(0.002); end if; return n > 20; end $$`,
  });
  const slow = (expression: string): DataRequirement => ({ kind: "check", relation: "large", expression });
  const [some] = await checkData(db, [slow("slowly(n)")], { timeoutMs: 200 });
  expect(some).toMatchObject({ kind: "violated", rows: 10, exact: false });
  const started = performance.now();
  const [none] = await checkData(db, [slow("slowly(n + 60)")], { timeoutMs: 200 });
  expect(none).toMatchObject({ kind: "not_inspected", because: expect.stringContaining("longer than allowed") });
  expect(performance.now() - started).toBeLessThan(8_000);
  const [late] = await checkData(db, [slow("true")], { budgetMs: 0 });
  expect(late).toMatchObject({ kind: "not_inspected", because: "the time for all checks was used up" });
});

test("an expression that would write is refused, and nothing is written", async () => {
  await using db = await openTestDatabase({
    sql: `create table t (n int); insert into t values (1);
      create function writes() returns boolean language sql volatile as 'insert into t values (2) returning true'`,
  });
  expect(await rowsThatFail(db, { kind: "check", relation: "t", expression: "writes()" })).toContain("25006");
  expect((await db.query("select n from t")).rows).toEqual([{ n: 1 }]);
});
