import { readCatalog } from "@confiture/schema";
import { parseSqlFile, saferSequence } from "@confiture/sql";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const table = "create table t (a int); insert into t values (1), (2);";
const body = "language plpgsql as 'begin return 1; end'";
const pair = `create type pair as (a int); create function to_pair(int) returns pair language plpgsql VOLATILITY as
  'begin return row($1)::pair; end';`;
const pairFrom = (volatility: string) => pair.replace("VOLATILITY", volatility);

/** A column whose value is another for each row: what is there before, and the file that adds it. */
const written: Readonly<Record<string, readonly [string, string]>> = {
  "a domain's default": ["create domain uid as uuid default gen_random_uuid();", "alter table t add column x uid"],
  "the default of the domain under a domain": [
    "create domain uid as uuid default gen_random_uuid(); create domain own as uid;",
    "alter table t add column x own",
  ],
  "a domain's default that the file sets": [
    "create domain word as text;",
    "alter domain word set default random()::text; alter table t add column x word",
  ],
  "a domain's default that takes numbers from a sequence": [
    "create sequence numbers; create domain number as int default nextval('numbers');",
    "alter table t add column x number",
  ],
  "an operator's function": [
    `create function drawn(int, int) returns int ${body}; create operator ### (leftarg = int, rightarg = int, function = drawn);`,
    "alter table t add column x int default (1 ### 2)",
  ],
  "the function of an operator that the file makes": [
    `create function drawn(int, int) returns int ${body};`,
    "create operator ### (leftarg = int, rightarg = int, function = drawn); alter table t add column x int default 1 operator(public.###) 2",
  ],
  "the cast to the column's type": [
    `${pairFrom("volatile")} create cast (int as pair) with function to_pair(int) as assignment;`,
    "alter table t add column x pair default 5",
  ],
  "a cast that the file makes": [
    pairFrom("volatile"),
    "create cast (int as pair) with function to_pair(int); alter table t add column x text default (5::pair)::text",
  ],
  "a built-in function that somebody's function is named like": [
    "create function public.random() returns float8 language sql immutable as 'select 0.5::float8';",
    "alter table t add column x float8 default random()",
  ],
  "a function that the file calls volatile": [
    `create function drawn() returns int immutable ${body};`,
    "alter function drawn() volatile; alter table t add column x int default drawn()",
  ],
};

/** The same for every row: nothing is written. */
const kept: Readonly<Record<string, readonly [string, string]>> = {
  "a domain's constant": ["create domain word as text default 'x';", "alter table t add column x word"],
  "NULL instead of a domain's default": [
    "create domain uid as uuid default gen_random_uuid();",
    "alter table t add column x uid default null",
  ],
  "an array of a domain": ["create domain uid as uuid default gen_random_uuid();", "alter table t add column x uid[]"],
  "a domain's default that the file drops": [
    "create domain uid as uuid default gen_random_uuid();",
    "alter domain uid drop default; alter table t add column x uid",
  ],
  "an operator whose function is settled": [
    `create function sure(int, int) returns int immutable ${body}; create operator ### (leftarg = int, rightarg = int, function = sure);`,
    "alter table t add column x int default (1 ### 2)",
  ],
  "a cast whose function is settled": [
    `${pairFrom("immutable")} create cast (int as pair) with function to_pair(int) as assignment;`,
    "alter table t add column x pair default 5",
  ],
  "a constant of a type that has a volatile cast": [
    `${pairFrom("volatile")} create cast (int as pair) with function to_pair(int) as assignment;`,
    "alter table t add column x pair default '(5)'",
  ],
};

describeEachVersion("what a new column gets is another value for each row because of", (version) => {
  for (const [name, [schema, file]] of Object.entries(written)) {
    test(name, async () => {
      const { predicted, under, over } = await holdAgainstServer({ version, schema: `${table} ${schema}`, file });
      expect({ under, over, rewrites: predicted.rewrites }).toEqual({ under: [], over: [], rewrites: ["public.t"] });
    });
  }

  test("an attribute of a domain, in tables of the type", async () => {
    const schema = `create domain uid as uuid default gen_random_uuid(); create type pair as (a int);
      create table t of pair; insert into t values (1)`;
    const file = "alter type pair add attribute x uid cascade";
    const { predicted, under, over } = await holdAgainstServer({ version, schema, file });
    expect({ under, over, rewrites: predicted.rewrites }).toEqual({ under: [], over: [], rewrites: ["public.t"] });
  });
});

describeEachVersion("a default of a domain that is another for each row", (version) => {
  test("is no moment's work, and said not to be", async () => {
    const schema = `${table} create domain uid as uuid default gen_random_uuid()`;
    await using db = await openTestDatabase({ version, sql: schema });
    const { statements } = await parseSqlFile("alter table t add column x uid, add column y int", { file: "add" });
    const answer = await saferSequence(statements[0]!, { catalog: await readCatalog(db) });
    expect([answer.kind, answer.because]).toEqual(["none", expect.stringContaining("by the default of the domain")]);
  });
});

describeEachVersion("what a new column gets is the same for every row in spite of", (version) => {
  for (const [name, [schema, file]] of Object.entries(kept)) {
    test(name, async () => {
      const { predicted, under, over } = await holdAgainstServer({ version, schema: `${table} ${schema}`, file });
      expect({ under, over, certainty: predicted.certainty }).toEqual({ under: [], over: [], certainty: "certain" });
    });
  }
});

describeEachVersion("a column changes to a type by a cast of one's own", (version) => {
  const number = (name: string) => `create type ${name};
    create function ${name}_in(cstring) returns ${name} language internal immutable strict as 'int4in';
    create function ${name}_out(${name}) returns cstring language internal immutable strict as 'int4out';
    create type ${name} (input = ${name}_in, output = ${name}_out, like = int4);`;
  const change = "alter table t alter a type number using a::number";

  test("without a function: nothing is written", async () => {
    const schema = `${table} ${number("number")} create cast (int as number) without function`;
    const { predicted, under, over } = await holdAgainstServer({ version, schema, file: change });
    expect({ under, over, certainty: predicted.certainty }).toEqual({ under: [], over: [], certainty: "certain" });
  });

  test("through its text: every row is written", async () => {
    const schema = `${table} ${number("number")} create cast (int as number) with inout`;
    const { predicted, under, over } = await holdAgainstServer({ version, schema, file: change });
    expect({ under, over, rewrites: predicted.rewrites }).toEqual({ under: [], over: [], rewrites: ["public.t"] });
  });
});
