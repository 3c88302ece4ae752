import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { inside } from "../../inside.js";
import { describePairs, type Pair } from "./describe-pairs.js";
import { planByRules } from "./rules-alone.js";

const setUp = `
  create schema s; create schema "Other";
  create function s.same(integer, integer) returns boolean language sql immutable as 'select $1 = $2';
  create function s.less(integer, integer) returns boolean language sql immutable as 'select $1 < $2';
  create function s.not_same(integer, integer) returns boolean language sql immutable as 'select $1 <> $2';
  create function s.over(integer, bigint) returns boolean language sql immutable as 'select $1 > $2';
  create function s.under(bigint, integer) returns boolean language sql immutable as 'select $1 < $2'`;

const operator = (name: string, settings: string) =>
  `create operator s.${name} (leftarg = integer, rightarg = integer, ${settings});`;
const same = (settings = "") => operator("===", `function = s.same${settings}`);
const sameName = "operators s.===(integer,integer)";
const notSame = (settings = "") => operator("!==", `function = s.not_same${settings}`);
const both = same(", commutator = operator(s.===), negator = operator(s.!==)") + notSame(", negator = operator(s.===)");
const negated = same() + notSame(", negator = operator(s.===)");
const madeAnew = (...names: string[]) => ({ replaces: names });

const operators: Readonly<Record<string, Pair>> = {
  "functions that estimate": {
    before: same(", restrict = eqsel"),
    after: same(", join = eqjoinsel"),
    does: ["alter operator s.===(integer,integer) set (restrict = none, join = eqjoinsel)"],
  },
  "another function": { before: same(), after: operator("===", "function = s.less"), does: madeAnew(sameName) },
  "another result": { before: same(), after: operator("===", "function = int4pl"), does: madeAnew(sameName) },
  "hashes and merges no more": { before: same(", hashes, merges"), after: same(), does: madeAnew(sameName) },
  "hashes and merges": {
    until: 16,
    before: same(),
    after: same(", hashes, merges"),
    does: madeAnew(sameName),
  },
  "hashes and merges, set in place": {
    since: 17,
    before: same(),
    after: same(", hashes, merges"),
    does: ["alter operator s.===(integer,integer) set (hashes, merges)"],
  },
  "an operator its own commutator": {
    until: 16,
    before: same(),
    after: same(", commutator = operator(s.===)"),
    does: madeAnew(sameName),
  },
  "an operator its own commutator, set in place": {
    since: 17,
    before: same(),
    after: same(", commutator = operator(s.===)"),
    does: ["alter operator s.===(integer,integer) set (commutator = operator(s.===))"],
  },
  "an operator its own commutator no more": {
    before: same(", commutator = operator(s.===)"),
    after: same(),
    does: madeAnew(sameName),
  },
  "a negator that is new": { before: same(), after: negated, does: [] },
  "a negator that is no more": { before: negated, after: same(), does: [] },
  "a negator that was there": {
    until: 16,
    before: same() + notSame(),
    after: same() + notSame(", negator = operator(s.===)"),
    does: madeAnew("operators s.!==(integer,integer)"),
  },
  "a negator that was there, set in place": {
    since: 17,
    before: same() + notSame(),
    after: same() + notSame(", negator = operator(s.===)"),
    does: ["alter operator s.!==(integer,integer) set (negator = operator(s.===))"],
  },
  "a negator no more": {
    before: negated,
    after: same() + notSame(),
    does: madeAnew("operators s.!==(integer,integer)"),
  },
  "another negator in the place of one that goes": {
    before: negated,
    after: same() + operator("<>", "function = s.not_same, negator = operator(s.===)"),
    does: [],
  },
  "another negator, and the old one stays": {
    before: negated,
    after: same() + operator("<>", "function = s.not_same, negator = operator(s.===)") + notSame(),
    does: madeAnew("operators s.!==(integer,integer)", sameName),
  },
  "another function of a negator": {
    before: negated,
    after: same() + operator("!==", "function = s.less, negator = operator(s.===)"),
    does: madeAnew("operators s.!==(integer,integer)"),
  },
  "another function of an operator that gets a negator": {
    before: same() + notSame(),
    after: same() + operator("!==", "function = s.less, negator = operator(s.===)"),
    does: madeAnew("operators s.!==(integer,integer)"),
  },
  "operators of which one names the other, and new": {
    before: "",
    after: same(", negator = operator(s.!==)") + notSame(),
    does: [],
  },
  "an operator that named another, which did not name it back": {
    before: same(", negator = operator(s.!==)") + notSame(),
    after: same() + notSame(),
    does: madeAnew(sameName),
  },
  "operators that name each other, and new": { before: "", after: both, does: [] },
  "operators that name each other, and no more": { before: both, after: "", does: [] },
  "a commutator of other types, in another schema": {
    before: "",
    after: `create operator "Other".>> (leftarg = integer, rightarg = bigint, function = s.over, commutator = operator(s.<<), restrict = eqsel);
      create operator s.<< (leftarg = bigint, rightarg = integer, function = s.under)`,
    does: [],
  },
  "a prefix operator": {
    before: "",
    after: "create operator s.<+> (rightarg = integer, function = int4abs)",
    does: [],
  },
  "a prefix operator no more": {
    before: "create operator s.<+> (rightarg = integer, function = int4abs)",
    after: "",
    does: [],
  },
  "a postfix operator": {
    until: 13,
    before: "",
    after: "create operator s.!!! (leftarg = integer, function = int4abs)",
    does: [],
  },
  "a postfix operator no more": {
    until: 13,
    before: "create operator s.!!! (leftarg = integer, function = int4abs)",
    after: "",
    does: [],
  },
  "a commutator that is only named": { before: "", after: same(", commutator = operator(s.====)"), does: [] },
  "a commutator that is only named no more": { before: same(", commutator = operator(s.====)"), after: "", does: [] },
  "a commutator that was only named": {
    before: same(", commutator = operator(s.====)"),
    after: same(", commutator = operator(s.====)") + operator("====", "function = s.same"),
    does: ["create operator s.==== (leftarg = integer, rightarg = integer, function = s.same)"],
  },
};

describePairs("operators", setUp, operators);

testOnEachVersion("a negator that is there and does not name the operator back is not to be had", async (version) => {
  await using db = await openTestDatabase({ version, sql: setUp });
  const read = () => readCatalog(db, { insideTransaction: true });
  const before = await inside(db, same() + notSame(), read);
  const after = await inside(db, same(", negator = operator(s.!==)") + notSame(), read);
  expect(() => planByRules(before, after)).toThrow("does not name it back");
});

const pairType = `create type s.pair as (a integer, b text);
  create function s.said(s.pair) returns text language sql immutable as 'select $1.b';
  create type s.other as (a integer, b text);`;
const cast = (how: string) => `create cast (s.pair as text) ${how};`;

describePairs("casts", `create schema s; ${pairType}`, {
  "another context": {
    before: cast("with inout"),
    after: cast("with inout as implicit"),
    does: madeAnew("casts (s.pair as text)"),
  },
  "another way": {
    before: cast("with inout as assignment"),
    after: cast("with function s.said(s.pair) as assignment"),
    does: madeAnew("casts (s.pair as text)"),
  },
  "casts that are new": {
    before: "",
    after:
      `${cast("with function s.said(s.pair)")} create cast (integer as s."Odd Type") with inout as assignment`.replace(
        /^/,
        'create type s."Odd Type" as enum (); create domain s.d as text; create type s.mood as enum (); create cast (s.mood as varchar) with inout as implicit; ',
      ),
    does: [],
  },
  "casts that are no more": { before: cast("with inout"), after: "", does: [] },
});

const family = (also = "") => `create operator family s.family using btree; ${also}`;
const ofFamily = (verb: string) => `alter operator family s.family using btree ${verb};`;
const itsClass = (members: string, rest = "") =>
  `create operator class s.class${rest} for type integer using btree family s.family as ${members};`;
const complete =
  "operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer)";

describePairs(
  "operator families and classes",
  `${setUp};
   create type s.box as (a integer);
   create function s.cmp(s.box, s.box) returns integer language sql immutable as 'select 0';
   create function s.eq(s.box, s.box) returns boolean language sql immutable as 'select true';
   create operator s.= (leftarg = s.box, rightarg = s.box, function = s.eq)`,
  {
    "members that come": {
      before: family(),
      after: family(
        ofFamily("add operator 1 < (integer, bigint), function 1 (integer, bigint) btint48cmp(integer, bigint)"),
      ),
      does: [
        "alter operator family s.family using btree add operator 1 <(integer,bigint), function 1 (integer, bigint) btint48cmp(integer,bigint)",
      ],
    },
    "members that go": {
      before: family(
        ofFamily("add operator 1 < (integer, bigint), function 1 (integer, bigint) btint48cmp(integer, bigint)"),
      ),
      after: family(),
      does: [
        "alter operator family s.family using btree drop operator 1 (integer,bigint), function 1 (integer, bigint)",
      ],
    },
    "a member in the place of another": {
      before: family(ofFamily("add operator 1 < (integer, bigint)")),
      after: family(ofFamily("add operator 1 <= (integer, bigint)")),
      does: [
        "alter operator family s.family using btree drop operator 1 (integer,bigint)",
        "alter operator family s.family using btree add operator 1 <=(integer,bigint)",
      ],
    },
    "a member to order by": {
      before: "create operator family s.near using gist",
      after:
        "create operator family s.near using gist; alter operator family s.near using gist add operator 15 <-> (point, circle) for order by float_ops",
      does: [
        "alter operator family s.near using gist add operator 15 <->(point,circle) for order by pg_catalog.float_ops",
      ],
    },
    "a class that is new, with its family": { before: "", after: family() + itsClass(complete), does: [] },
    "a class that is no more, with its family": { before: family() + itsClass(complete), after: "", does: [] },
    "a class that is no more, without its family": { before: family() + itsClass(complete), after: family(), does: [] },
    "a class of the server's own family": {
      before: "",
      after:
        "create operator class s.backwards for type integer using btree family pg_catalog.integer_ops as operator 1 <, function 1 btint4cmp(integer, integer)".replace(
          "operator 1 <, function 1 btint4cmp(integer, integer)",
          "storage integer",
        ),
      does: [],
    },
    "a class with a family of its own name, for a type of its own": {
      before: "",
      after:
        "create operator class s.box_ops default for type s.box using btree as operator 3 s.=, function 1 s.cmp(s.box, s.box)",
      does: [],
    },
    "a class that keeps something else": {
      before: "",
      after:
        "create operator class s.kept for type integer using gist as operator 1 =, function 1 int4eq(integer, integer), storage bigint",
      does: [],
    },
    "another operator in a class": {
      before: family() + itsClass(complete),
      after: family() + itsClass(complete.replace("1 <,", "1 >,").replace("5 >,", "5 <,")),
      does: madeAnew("operatorClasses s.class using btree"),
    },
    "members that a class did not have": {
      until: 13,
      before: family() + itsClass("operator 3 ="),
      after: family() + itsClass(complete),
      does: madeAnew("operatorClasses s.class using btree"),
    },
    "members that a class did not have, added in place": {
      since: 14,
      before: family() + itsClass("operator 3 ="),
      after: family() + itsClass(complete),
      does: [
        "alter operator family s.family using btree add operator 1 <(integer,integer), operator 2 <=(integer,integer), operator 4 >=(integer,integer), operator 5 >(integer,integer), function 1 (integer, integer) btint4cmp(integer,integer)",
      ],
    },
    "the default for its type": {
      before: "create operator class s.box_ops for type s.box using btree as function 1 s.cmp(s.box, s.box)",
      after: "create operator class s.box_ops default for type s.box using btree as function 1 s.cmp(s.box, s.box)",
      does: madeAnew("operatorClasses s.box_ops using btree"),
    },
    "another default for its type": {
      before: "create operator class s.one default for type s.box using btree as function 1 s.cmp(s.box, s.box)",
      after: "create operator class s.two default for type s.box using btree as function 1 s.cmp(s.box, s.box)",
      does: [],
    },
  },
);
