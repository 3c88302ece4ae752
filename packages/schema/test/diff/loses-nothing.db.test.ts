import { planDiff, readCatalog } from "@confiture/schema";
import { openTestDatabase, type ServerVersion, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

testOnEachVersion(
  "a table that is made anew beside itself loses nothing, and neither do its partitions",
  async (version) => {
    expect(
      await lost(
        version,
        `create table public.t (id integer not null, body text, twice integer generated always as (id * 2) stored) partition by hash (id);
       create table public.t_0 partition of public.t for values with (modulus 1, remainder 0);`,
        `create table public.t (id integer not null, body text, twice integer generated always as (id * 2) stored) partition by range (id);
       create table public.t_low partition of public.t for values from (minvalue) to (10);
       create table public.t_high partition of public.t default;`,
      ),
    ).toEqual({ there: [], back: [] });
  },
);

testOnEachVersion("what is not copied from it is lost", async (version) => {
  expect(
    await lost(
      version,
      "create table public.t (id integer not null, body text)",
      "create table public.t (id integer not null) partition by hash (id)",
    ),
  ).toMatchObject({ there: ["drop table public.t__before"] });
});

testOnEachVersion("a column that comes from a parent from now on keeps its values", async (version) => {
  expect(
    await lost(
      version,
      "create table public.parent (id integer); create table public.child (note text) inherits (public.parent)",
      "create table public.parent (id integer, note text); create table public.child () inherits (public.parent)",
    ),
  ).toMatchObject({ there: [] });
});

testOnEachVersion("what a materialized view shows can be computed again", async (version) => {
  expect(
    await lost(
      version,
      "create table public.t (n integer); create materialized view public.m as select n from public.t",
      "create table public.t (n integer); create materialized view public.m as select n + 1 as n from public.t",
    ),
  ).toEqual({ there: [], back: [] });
});

testOnEachVersion("arrays of an enum that is made anew lose nothing", async (version) => {
  expect(
    await lost(
      version,
      "create type public.mood as enum ('calm', 'wild'); create table public.t (one public.mood, many public.mood[])",
      "create type public.mood as enum ('wild', 'calm'); create table public.t (one public.mood, many public.mood[])",
    ),
  ).toEqual({ there: [], back: [] });
});

async function lost(version: ServerVersion, a: string, b: string) {
  await using one = await openTestDatabase({ version, sql: a });
  await using other = await openTestDatabase({ version, sql: b });
  const [left, right] = [await readCatalog(one), await readCatalog(other)];
  const losing = async (before: typeof left, after: typeof left) =>
    (await planDiff(before, after)).statements
      .filter(({ effect, hazards }) => effect.dataLoss.length > 0 || hazards.includes("DeletesData"))
      .map(({ sql }) => sql);
  return { there: await losing(left, right), back: await losing(right, left) };
}
