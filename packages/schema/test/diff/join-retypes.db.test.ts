import { diffCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

const countRewrites = `
  create table public.rewrites (n integer);
  create function public.count_rewrite() returns event_trigger language plpgsql
    as 'begin insert into public.rewrites values (1); end';
  create event trigger counting on table_rewrite execute function public.count_rewrite();`;

testOnEachVersion("columns of one table that change their types have it written once", async (version) => {
  await using old = await openTestDatabase({
    version,
    sql: `create table public.orders (id integer not null, name text, y integer default 7, z integer, note varchar(10));
      create table public.lines (id integer, n integer);
      insert into public.orders values (1, 'one', 2, 3, 'four');`,
  });
  await using now = await openTestDatabase({
    version,
    sql: `create table public.orders (id bigint not null, name text not null, y bigint default 8, z numeric, note text);
      create table public.lines (id bigint, n integer);`,
  });
  const { statements } = diffCatalogs(await readCatalog(old), await readCatalog(now));
  expect(statements.filter(({ sql }) => sql.includes(" type "))).toMatchObject([
    { object: { kind: "columns", name: "public.lines.id" } },
    { object: { kind: "tables", name: "public.orders" } },
  ]);
  await old.query(countRewrites);
  for (const { sql } of statements) await old.query(sql);
  expect((await old.query("select from public.rewrites")).rowCount).toBe(2);
  await old.query("insert into public.orders (id, name) values (5000000000, 'two')");
  expect((await old.query("select y, z from public.orders")).rows).toEqual([
    { y: "2", z: "3" },
    { y: "8", z: null },
  ]);
});
