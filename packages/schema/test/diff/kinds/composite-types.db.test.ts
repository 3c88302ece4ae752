import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { inside } from "../../inside.js";
import { describePairs, type Pair } from "./describe-pairs.js";
import { planByRules } from "./rules-alone.js";
import { madeAnew, pair } from "./type-ddl.js";

const pairs = (before: string, after: string, does: Pair["does"], also = ""): Pair => ({
  before: pair(before) + also,
  after: pair(after) + also,
  does,
});

describePairs("composite types", "create schema s", {
  "an attribute at the end": pairs("a integer", "a integer, b text", ["alter type s.pair add attribute b text"]),
  "an attribute in the middle": pairs("a integer, c text", "a integer, b text, c text", madeAnew("s.pair")),
  "an attribute less": pairs("a integer, b text, c text", "a integer, c text", ["alter type s.pair drop attribute b"]),
  "all attributes less": pairs("a integer", "", ["alter type s.pair drop attribute a"]),
  "another type": pairs("a integer, b text", "a bigint, b text", ["alter type s.pair alter attribute a type bigint"]),
  "another collation": pairs("b text", 'b text collate "C"', [
    'alter type s.pair alter attribute b type text collate "C"',
  ]),
  "no collation of its own any more": pairs('b text collate "C"', "b text", [
    "alter type s.pair alter attribute b type text",
  ]),
  "one that goes, one that changes and one that comes": pairs(
    'a integer, "B b" text, c text',
    '"B b" varchar(7), c text, d date',
    ['alter type s.pair drop attribute a, alter attribute "B b" type character varying(7), add attribute d date'],
  ),
  "the same attributes in another order": pairs("a integer, b text", "b text, a integer", madeAnew("s.pair")),
  "an attribute that comes and one that goes while rows hold values": pairs(
    "a integer, b text",
    "a integer, c text",
    ["alter type s.pair drop attribute b, add attribute c text"],
    "; create table s.t (p s.pair[]); insert into s.t values (array[(1, 'x')::s.pair])",
  ),
  "another type while only routines and casts know the type": pairs(
    "a integer",
    "a bigint",
    ["alter type s.pair alter attribute a type bigint"],
    `; create function s.f(s.pair, s.pair) returns s.pair language sql as 'select $1';
      create aggregate s.g(s.pair) (sfunc = s.f, stype = s.pair);
      create cast (s.pair as text) with inout; create type s.more as (p s.pair)`,
  ),
  "a composite type that is new": {
    before: "",
    after: pair('a integer, b text collate "C", c varchar(3)[]'),
    does: [],
  },
  "a composite type that is no more": { before: pair(""), after: "", does: [] },
});

/** What can depend on `s.pair`, whose attribute `a` is to get another type. */
const dependents = [
  "create table s.t (p s.pair)",
  "create table s.t (p s.pair[])",
  "create domain s.d as s.pair; create table s.t (p s.d)",
  "create type s.more as (p s.pair[]); create table s.t (p s.more) partition by list ((p is null))",
  "create materialized view s.m as select null::s.pair as p",
  "create view s.v as select null::s.pair as p",
  "create view s.v as select (p).a from (select null::s.pair as p) q",
  "create view s.v as select (p).b from (select null::s.pair as p) q",
  "create view s.v as select (p).* from (select null::s.pair as p) q",
  "create domain s.d as s.pair check ((value).b <> '')",
  "create function s.f(p s.pair) returns integer language sql as 'select (p).a'",
  "create function s.f(p s.pair) returns setof s.pair language plpgsql as 'begin return next p.a; end'",
  "create function s.f(n text default (null::s.pair).b) returns text language sql as 'select n'",
  "create function s.f(n integer default (null::s.pair).a) returns integer language sql as 'select n'",
  `create function s.step(s.pair, integer) returns s.pair language sql as 'select $1';
   create aggregate s.g(integer) (sfunc = s.step, stype = s.pair)`,
  "create cast (s.pair as text) with inout",
  "create type s.r as range (subtype = s.pair)",
];
const parsedBodies = [
  "create function s.f(p s.pair) returns integer language sql return (p).a",
  "create function s.f(p s.pair) returns text language sql return (p).b",
];

testOnEachVersion("an attribute gets another type in place exactly where the server allows it", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create schema s" });
  const alter = "alter type s.pair alter attribute a type bigint";
  for (const dependent of version >= 14 ? [...dependents, ...parsedBodies] : dependents) {
    const read = () => readCatalog(db, { insideTransaction: true });
    const after = await inside(db, pair("a bigint, b text"), read);
    await inside(db, `${pair("a integer, b text")}; ${dependent}`, async () => {
      const { replaced } = planByRules(await read(), after);
      const refused = await db.query(alter).then(
        () => false,
        () => true,
      );
      expect(replaced.includes("types s.pair"), dependent).toBe(refused);
    });
  }
});
