import { planDiff, readCatalog } from "@confiture/schema";
import { openTestDatabase, type ServerVersion, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

const before = `
  create type public.size as enum ('a');
  create function public.f(integer) returns integer language sql as 'select 1';
  create view public.v as select public.f(1) as one;`;

const after = (body: string) => `
  create type public.size as enum ('a', 'b');
  create function public.f(integer) returns bigint language sql as '${body}';
  create view public.v as select public.f(1) as one;`;

testOnEachVersion("a new value that is used is committed before anything goes", async (version) => {
  const statements = await planned(version, after("select count(*) from (values (''b''::public.size)) x"));
  expect(statements.slice(0, 3).map(({ sql }) => sql)).toEqual([
    "alter type public.size add value 'b'",
    "drop view public.v",
    "drop function public.f(integer)",
  ]);
  expect(statements.findLastIndex(({ commitBehind }) => commitBehind !== undefined)).toBe(0);
});

testOnEachVersion("a new value that nothing uses needs no commit", async (version) => {
  const statements = await planned(version, after("select abs(1)::bigint"));
  expect(statements.filter(({ commitBehind }) => commitBehind !== undefined)).toEqual([]);
});

async function planned(version: ServerVersion, wanted: string) {
  await using one = await openTestDatabase({ version });
  await using other = await openTestDatabase({ version });
  await one.query(before);
  await other.query(wanted);
  return (await planDiff(await readCatalog(one), await readCatalog(other))).statements;
}
