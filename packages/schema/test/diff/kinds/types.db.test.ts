import { compareCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { alterEnum } from "../../../src/diff/kinds/enum-types.js";
import { setTypeAside } from "../../../src/diff/kinds/set-type-aside.js";
import { typeKinds } from "../../../src/diff/kinds/user-types.js";
import { inside } from "../../inside.js";
import { applyStatements, describePairs, differencesOf, type Pair } from "./describe-pairs.js";
import { planByRules } from "./rules-alone.js";

const mood = (...labels: string[]) => `create type s.mood as enum (${labels.map((label) => `'${label}'`).join(", ")})`;
const moods = (before: readonly string[], after: readonly string[], does: Pair["does"]): Pair => ({
  before: mood(...before),
  after: mood(...after),
  does,
});
const madeAnew = (...types: string[]) => ({ replaces: types.map((name) => `types ${name}`) });

describePairs("enums", "create schema s", {
  "a label at the end": moods(["calm"], ["calm", "busy"], ["alter type s.mood add value 'busy'"]),
  "labels at the beginning": moods(
    ["calm", "busy"],
    ["asleep", "it''s", "calm", "busy"],
    ["alter type s.mood add value 'asleep' before 'calm'", "alter type s.mood add value 'it''s' after 'asleep'"],
  ),
  "labels everywhere": moods(
    ["b", "d"],
    ["a", "b", "c1", "c2", "d", "e", "f"],
    [
      "alter type s.mood add value 'a' before 'b'",
      "alter type s.mood add value 'c1' after 'b'",
      "alter type s.mood add value 'c2' after 'c1'",
      "alter type s.mood add value 'e'",
      "alter type s.mood add value 'f'",
    ],
  ),
  "the first labels of all": moods(
    [],
    ["a", "b"],
    ["alter type s.mood add value 'a'", "alter type s.mood add value 'b'"],
  ),
  "forty labels in one place": moods(
    ["a", "z"],
    ["a", ...Array.from({ length: 40 }, (_, number) => `m${number}`), "z"],
    Array.from(
      { length: 40 },
      (_, number) => `alter type s.mood add value 'm${number}' after '${number === 0 ? "a" : `m${number - 1}`}'`,
    ),
  ),
  "a label less": moods(["a", "b"], ["a"], madeAnew("s.mood")),
  "another order": moods(["a", "b"], ["b", "a"], madeAnew("s.mood")),
  "a label that goes and one that comes, which nobody called a rename": moods(
    ["a", "b"],
    ["a", "c"],
    madeAnew("s.mood"),
  ),
  "an enum that is new": { before: "", after: mood("a", "\\b"), does: [] },
  "an enum that is no more": { before: mood("a"), after: "", does: [] },
  "an enum where a domain was": { before: "create domain s.mood as text", after: mood("a"), does: madeAnew("s.mood") },
});

testOnEachVersion("a label is renamed where somebody has declared it, beside labels that come", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create schema s" });
  const read = () => readCatalog(db, { insideTransaction: true });
  const after = await inside(db, mood("new", "quiet", "busy"), read);
  await inside(db, mood("calm", "busy"), async () => {
    const [from, to] = [(await read()).types[0], after.types[0]];
    if (from?.kind !== "enum" || to?.kind !== "enum") throw new Error("no enums");
    const statements = alterEnum(from, to, new Map([["calm", "quiet"]]));
    expect(statements).toEqual([
      "alter type s.mood rename value 'calm' to 'quiet'",
      "alter type s.mood add value 'new' before 'quiet'",
    ]);
    await applyStatements(db, statements as readonly string[]);
    expect(differencesOf(await read(), after)).toEqual([]);
    expect(alterEnum(from, to)).toBe("replace");
  });
});

const pair = (attributes: string) => `create type s.pair as (${attributes})`;
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

const domain = (rest: string, also = "") => `create domain s.d as ${rest}${also}`;
const domains = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: domain(before),
  after: domain(after),
  does,
});

// Since PostgreSQL 17 a NOT NULL is a constraint, which the domain's own rules leave to those of constraints.
const namesOfNotNull: Readonly<Record<string, Pair>> = {
  "not null under a name": domains("integer", "integer constraint filled not null", []),
  "null again where there was a name": domains("integer constraint filled not null", "integer", []),
  "another name of not null": domains("integer constraint filled not null", "integer constraint whole not null", []),
  "a name of not null": domains("integer not null", "integer constraint whole not null", []),
  "no name of not null any more": domains("integer constraint filled not null", "integer not null", []),
  "another type, and not null under a name": domains(
    "integer constraint filled not null",
    "bigint constraint filled not null",
    madeAnew("s.d"),
  ),
};

describePairs("domains", "create schema s", {
  "a default": domains("integer", "integer default 3 + 4", ["alter domain s.d set default (3 + 4)"]),
  "no default any more": domains("integer default 3", "integer", ["alter domain s.d drop default"]),
  "not null": domains("integer", "integer not null", ["alter domain s.d set not null"]),
  "null again": domains("integer not null", "integer", ["alter domain s.d drop not null"]),
  "another type": domains("integer", "bigint", madeAnew("s.d")),
  "another length": domains("varchar(3)", "varchar(4)", madeAnew("s.d")),
  "another collation": domains("text", 'text collate "C"', madeAnew("s.d")),
  "checks that come, go and are another": {
    before: domain("integer constraint one check (value > 1) constraint two check (value > 2)"),
    after: domain("integer constraint two check (value > 3) constraint three check (value > 4)"),
    does: { replaces: ["constraints two on domain s.d"] },
  },
  "a check that is found to hold": {
    before: domain("integer", "; alter domain s.d add constraint one check (value > 1) not valid"),
    after: domain("integer constraint one check (value > 1)"),
    does: ["alter domain s.d validate constraint one"],
  },
  "a check that is not to hold for all any more": {
    before: domain("integer constraint one check (value > 1)"),
    after: domain("integer", "; alter domain s.d add constraint one check (value > 1) not valid"),
    does: { replaces: ["constraints one on domain s.d"] },
  },
  "a domain that is new, with all it can have": {
    before: "",
    after: domain(
      `text collate "C" default 'x' constraint filled not null constraint one check (value > 'a')`,
      "; alter domain s.d add constraint two check (value < 'z') not valid",
    ),
    does: [],
  },
  "a domain that is new, with a check by a function of it": {
    before: "",
    after: domain(
      "integer constraint one check (value > 1)",
      `; create function s.fits(s.d) returns boolean language sql immutable as 'select $1 > 0';
       alter domain s.d add constraint two check (s.fits(value))`,
    ),
    does: [],
  },
  "a domain that is no more, with a check by a function of it": {
    before: domain(
      "integer constraint one check (value > 1)",
      `; create function s.fits(s.d) returns boolean language sql immutable as 'select $1 > 0';
       alter domain s.d add constraint two check (s.fits(value))`,
    ),
    after: "",
    does: [],
  },
  "another type, with checks": {
    before: domain("integer constraint one check (value > 1)"),
    after: domain("bigint constraint one check (value > 1) constraint two check (value > 2)"),
    does: madeAnew("s.d"),
  },
  "a domain that is no more": { before: domain("integer check (value > 1)"), after: "", does: [] },
  ...Object.fromEntries(Object.entries(namesOfNotNull).map(([name, pair]) => [name, { since: 17, ...pair }])),
});

const span = (rest: string) => `create type s.span as range (${rest})`;
const spans = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: span(before),
  after: span(after),
  does,
});
const canonical = `create type s.span;
  create function s.canon(s.span) returns s.span language internal immutable strict as 'int4range_canonical';
  create type s.span as range (subtype = integer, canonical = s.canon)`;

describePairs(
  "ranges",
  `create schema s; create schema other;
   create function s.distance(text, text) returns double precision language sql immutable as 'select 1.0::float8'`,
  {
    "another subtype": spans("subtype = integer", "subtype = bigint", madeAnew("s.span")),
    "another operator class": spans(
      "subtype = text",
      "subtype = text, subtype_opclass = text_pattern_ops",
      madeAnew("s.span"),
    ),
    "another collation": spans("subtype = text", 'subtype = text, collation = "C"', madeAnew("s.span")),
    "a distance": spans("subtype = text", "subtype = text, subtype_diff = s.distance", madeAnew("s.span")),
    "another name of the multirange": {
      since: 14,
      ...spans("subtype = text", 'subtype = text, multirange_type_name = s."Many Spans"', [
        'alter type s.span_multirange rename to "Many Spans"',
      ]),
    },
    "another schema of the multirange": {
      since: 14,
      ...spans("subtype = text", "subtype = text, multirange_type_name = other.spans", madeAnew("s.span")),
    },
    "a range that is new": {
      before: "",
      after: span(`subtype = text, collation = "C", subtype_diff = s.distance`),
      does: [],
    },
    "a range that is no more": { before: span("subtype = text"), after: "", does: [] },
    "a range with a function of its own that is new": { before: "", after: canonical, does: [] },
    "a range with a function of its own that is no more": { before: canonical, after: "", does: [] },
    "a function of its own": {
      before: span("subtype = integer"),
      after: canonical,
      does: madeAnew("s.span"),
    },
  },
);

const tiny = (settings: string, also = "") => `create type s.tiny;
  create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as 'int4in';
  create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as 'int4out';
  ${also} create type s.tiny (input = s.tiny_in, output = s.tiny_out, ${settings})`;
const tinies = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: tiny(before),
  after: tiny(after),
  does,
});

const blob = (settings: string) => `create type s.blob;
  create function s.blob_in(cstring) returns s.blob language internal immutable strict as 'textin';
  create function s.blob_out(s.blob) returns cstring language internal immutable strict as 'textout';
  create function s.blob_recv(internal) returns s.blob language internal immutable strict as 'textrecv';
  create function s.blob_send(s.blob) returns bytea language internal immutable strict as 'textsend';
  create type s.blob (input = s.blob_in, output = s.blob_out, ${settings})`;
const blobs = (before: string, after: string, does: Pair["does"], also = ""): Pair => ({
  before: blob(before) + also,
  after: blob(after) + also,
  does,
});

describePairs("base types and shells", "create schema s", {
  "another length and alignment": tinies(
    "internallength = 4, passedbyvalue",
    "internallength = 8, alignment = double, passedbyvalue",
    madeAnew("s.tiny"),
  ),
  "another category": tinies("like = int4", "like = int4, category = 'N', preferred = true", madeAnew("s.tiny")),
  "functions beside input and output": blobs(
    "storage = extended, send = s.blob_send, analyze = range_typanalyze",
    "storage = extended, receive = s.blob_recv, typmod_in = varchartypmodin, typmod_out = varchartypmodout",
    [
      "alter type s.blob set (receive = s.blob_recv, send = none, typmod_in = varchartypmodin, typmod_out = varchartypmodout, analyze = none)",
    ],
  ),
  "another storage, which the columns there are take too": blobs(
    "storage = extended",
    "storage = main",
    [
      "alter type s.blob set (storage = main)",
      "alter table s.t alter column b set storage main",
      "alter table s.t alter column d set storage main",
    ],
    "; create domain s.over as s.blob; create table s.t (a integer, b s.blob, c s.blob[], d s.over)",
  ),
  "no storage but its own place any more": blobs("storage = extended", "storage = plain", madeAnew("s.blob")),
  "a base type that is new, with all it can have": {
    before: "",
    after: `create type s.tiny;
      create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as 'textin';
      create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as 'textout';
      create function s.tiny_recv(internal) returns s.tiny language internal immutable strict as 'textrecv';
      create function s.tiny_send(s.tiny) returns bytea language internal immutable strict as 'textsend';
      create type s.tiny (input = s.tiny_in, output = s.tiny_out, receive = s.tiny_recv, send = s.tiny_send,
        typmod_in = varchartypmodin, typmod_out = varchartypmodout, analyze = range_typanalyze,
        storage = external, category = '''', preferred = true, default = 'it''s', delimiter = ';', collatable = true,
        alignment = double)`,
    does: [],
  },
  "a base type of a C string": {
    before: "",
    after: tiny("internallength = -2, alignment = char", "")
      .replaceAll("int4in", "cstring_in")
      .replaceAll("int4out", "cstring_out"),
    does: [],
  },
  "a base type with elements": {
    since: 14,
    before: "",
    after: tiny("internallength = 8, alignment = int4, element = float4, subscript = raw_array_subscript_handler"),
    does: [],
  },
  "a base type that is no more": { before: tiny("like = int4"), after: "", does: [] },
  "a base type that a function, an operator and a domain use": {
    before: `${tiny("like = int4")}; create function s.f(s.tiny) returns s.tiny language sql as 'select $1'; create domain s.over as s.tiny`,
    after: "",
    does: [],
  },
  "a base type out of a shell": { before: "create type s.tiny", after: tiny("like = int4"), does: madeAnew("s.tiny") },
  "a shell out of a base type": { before: tiny("like = int4"), after: "create type s.tiny", does: madeAnew("s.tiny") },
  "an enum out of a shell": { before: "create type s.mood", after: mood("a"), does: madeAnew("s.mood") },
  "a shell that is new": { before: "", after: "create type s.tiny", does: [] },
  "a shell that is no more": { before: "create type s.tiny", after: "", does: [] },
});

/** Types that are made anew under columns with values: the old form, the new, and a value of both. */
const remade: readonly (readonly [before: string, after: string, name: string, value: string])[] = [
  [mood("a", "b"), mood("b"), "s.mood", "b"],
  [pair("a integer, b text"), pair("b integer, a text"), "s.pair", "(1,2)"],
  [domain("integer check (value > 1)"), domain("bigint constraint d_check check (value > 1)"), "s.d", "2"],
  [span("subtype = text"), span("subtype = text, subtype_opclass = text_pattern_ops"), "s.span", "[a,b)"],
  [span("subtype = integer"), span("subtype = bigint"), "s.span", "empty"],
  [
    canonical,
    canonical.replace("canonical = s.canon", "canonical = s.canon, subtype_diff = int4range_subdiff"),
    "s.span",
    "[1,3)",
  ],
  [tiny("like = int4"), tiny("like = int4, category = 'N'"), "s.tiny", "7"],
];

testOnEachVersion("a type set aside leaves its names to the one that columns go over to", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create schema s" });
  const read = () => readCatalog(db, { insideTransaction: true });
  for (const [from, to, name, value] of remade) {
    const table = `; create table s.t (v ${name}, vs ${name}[])`;
    const after = await inside(db, to + table, read);
    const filled = `${from}${table}; insert into s.t values ('${value}', array['${value}'::${name}])`;
    await inside(db, filled, async () => {
      const sides = { before: indexCatalog(await read()), after: indexCatalog(after) };
      const [was, is] = [sides.before.find("types", name), sides.after.find("types", name)];
      if (was === undefined || is === undefined) throw new Error(`no ${name}`);
      const aside = (qualified: string) => `${qualified.slice(qualified.indexOf(".") + 1)}__before`;
      const drop = typeKinds.types.drop(was, sides.before);
      await applyStatements(db, [
        ...setTypeAside(was, sides.before, aside),
        ...typeKinds.types.create(is, sides.after),
        `alter table s.t alter column v type ${name} using v::text::${name}, alter column vs type ${name}[] using vs::text::${name}[]`,
        ...drop.map((text) => text.replace(name, () => `s.${aside(name)}`)),
      ]);
      expect(compareCatalogs(await read(), after), `${from} -> ${to}`).toEqual([]);
      expect((await db.query("select v::text, vs::text from s.t")).rows).toMatchObject([{ v: value }]);
    });
  }
});
