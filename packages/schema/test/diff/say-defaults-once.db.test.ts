import { compareCatalogs, diffCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

const pairs = {
  "whose function is made anew": {
    a: `create function public.next() returns integer language sql as 'select 1';
      create table public.t (n integer default public.next());`,
    b: `create function public.next() returns bigint language sql as 'select 1::bigint';
      create table public.t (n bigint default public.next());`,
  },
  "whose enum loses a value, and which goes": {
    a: "create type public.mood as enum ('a', 'b'); create table public.t (n public.mood default 'a')",
    b: "create type public.mood as enum ('a'); create table public.t (n public.mood)",
  },
  "whose domain is made anew, below a parent": {
    a: "create domain public.grade as integer; create table public.p (n public.grade default 2); create table public.t () inherits (public.p)",
    b: "create domain public.grade as text; create table public.p (n public.grade default '3'); create table public.t () inherits (public.p)",
  },
  "whose sequence goes": {
    a: "create table public.t (n serial)",
    b: "create table public.t (n bigint generated always as identity)",
  },
};

for (const [which, { a, b }] of Object.entries(pairs)) {
  testOnEachVersion(`a default ${which} is taken away once, and set once`, async (version) => {
    await using one = await openTestDatabase({ version, sql: a });
    await using other = await openTestDatabase({ version, sql: b });
    await using again = await openTestDatabase({ version, sql: a });
    for (const [from, to] of [
      [one, other],
      [other, again],
    ] as const) {
      const wanted = await readCatalog(to);
      const statements = diffCatalogs(await readCatalog(from), wanted).statements.map(({ sql }) => sql);
      for (const table of ["p", "t"])
        for (const words of ["drop default", "set default"]) {
          const said = statements.filter((sql) => sql.includes(`public.${table} `) && sql.includes(words));
          expect(said.length, said.join("\n")).toBeLessThanOrEqual(1);
        }
      for (const sql of statements) await from.query(sql);
      expect(compareCatalogs(await readCatalog(from), wanted)).toEqual([]);
    }
  });
}
