import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryPair, type RandomPair, randomPair, shrinkPair } from "./random-schema.js";

test("are always the same for the same seed", () => {
  expect(randomPair(7, { version: 18 })).toEqual(randomPair(7, { version: 18 }));
});

test("never speak of what is not there", () => {
  fc.assert(
    fc.property(arbitraryPair({ version: 18 }), ({ a, b }) => {
      expect([...a, ...b].filter((sql) => /undefined|missing \d/.test(sql))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("differ between the sides of nearly every pair", () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  const same = seeds.map((seed) => randomPair(seed, { version: 18 })).filter(({ a, b }) => a.join() === b.join());
  expect(same.length).toBeLessThan(4);
});

test("hold everything that a schema may hold, and change it in every way", () => {
  const all = Array.from({ length: 600 }, (_, seed) => randomPair(seed, { version: 18 }));
  const text = all.flatMap(({ a, b }) => [...a, ...b]).join("\n");
  const missing = words.filter((word) => !text.includes(word));
  expect(missing).toEqual([]);
  expect(new Set(all.flatMap(({ mutations }) => mutations)).size).toBeGreaterThan(60);
});

test("are made small while they fail", async () => {
  const fails = async ({ b }: RandomPair) => b.some((sql) => sql.includes("create index"));
  const pair = Array.from({ length: 50 }, (_, seed) => randomPair(seed, { version: 18 })).find(
    ({ b, a }) => b.some((sql) => sql.includes("create index")) && a.length > 20,
  )!;
  const small = await shrinkPair(pair, fails);
  expect(await fails(small)).toBe(true);
  expect(small.b.length).toBeLessThan(pair.b.length / 2);
});

const words = [
  "create schema",
  "as enum (",
  "create domain",
  "as range (",
  "create sequence",
  "owned by",
  "create table",
  "create unlogged table",
  "create foreign table",
  "inherits (",
  "partition by range",
  "partition by list",
  "partition by hash",
  "partition of",
  " default\n",
  "primary key",
  "unique",
  "exclude using",
  "foreign key",
  "check (",
  "not valid",
  "not enforced",
  "no inherit",
  "generated always as identity",
  ") stored",
  ") virtual",
  "collate",
  "set storage",
  "set compression",
  "set statistics",
  "n_distinct",
  "create index",
  "create unique index",
  "include (",
  " where ",
  "using hash",
  "using brin",
  "cluster on",
  "create view",
  "create materialized view",
  "group by",
  "left join",
  "security_barrier",
  "check option",
  "create function",
  "begin atomic",
  "create procedure",
  "create trigger",
  "disable trigger",
  "enable always trigger",
  "create policy",
  "as restrictive",
  "row level security",
  "create rule",
  "create statistics",
  "create publication",
  "create aggregate",
  "create operator",
  "create cast",
  "create collation",
  "text search",
  "create event trigger",
  "create extension",
  "alter default privileges",
  "comment on",
  "grant ",
  "with grant option",
  "owner to",
  "replica identity",
];
