import { expect, test } from "vitest";
import { divideInsert } from "../../src/builtin-hooks/backfill/divide-insert.js";

test("an INSERT … SELECT is taken apart where its parts meet", () => {
  const sql = `with a as (select 1 -- insert into x select
    ), b as (select ')' as c from a)
  insert into shop."T on conflict" as x (n, "a,b" /* , */, m) overriding user value
  select n, (select max(o.id) from o join p on p.id = o.id) from b join c on c.id = b.id where t <> 'on conflict'
  on conflict (n) do update set m = x.m + excluded.m;
  -- the end`;
  expect(divideInsert(sql)).toEqual({
    query: `with a as (select 1 -- insert into x select
    ), b as (select ')' as c from a)
  select n, (select max(o.id) from o join p on p.id = o.id) from b join c on c.id = b.id where t <> 'on conflict'`,
    head: `insert into shop."T on conflict" as x (n, "a,b" /* , */, m) overriding user value
  `,
    columns: 3,
    conflict: "on conflict (n) do update set m = x.m + excluded.m",
  });
});

test("columns need not be named, and what is selected may stand in parentheses", () => {
  expect(divideInsert("INSERT INTO t (SELECT 1 UNION SELECT 2)")).toEqual({
    query: "(SELECT 1 UNION SELECT 2)",
    head: "INSERT INTO t ",
    columns: undefined,
    conflict: "",
  });
  expect(divideInsert("insert into t table u")).toMatchObject({ query: "table u", columns: undefined });
});

test("every other form is left alone", () => {
  for (const sql of [
    "insert into t values (1)",
    "insert into t default values",
    "insert into t select 1 returning n",
    "update t set a = 1",
    "select 1",
  ])
    expect(divideInsert(sql), sql).toBeUndefined();
});
