import type { CatalogAggregate, CatalogFunction } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isReplaceable, isReplaceableAggregate } from "../../../src/diff/kinds/replaceable-routine.js";
import { inside } from "../../inside.js";

const plpgsql = "language plpgsql as 'begin end'";
const row = "create type s.row as (n integer, t text)";

/** Forms of one routine, of which each is tried over each. */
const functionForms: readonly (string | { readonly since: ServerVersion; readonly sql: string })[] = [
  "function s.f(integer, text) returns integer",
  "function s.f(a integer, b text) returns integer",
  "function s.f(a integer, text) returns integer",
  "function s.f(integer, b text) returns integer",
  "function s.f(b integer, a text) returns integer",
  'function s.f("double" integer, "A, b (" text) returns integer',
  "function s.f(a integer, b text default 'x') returns integer",
  "function s.f(a integer default 1, b text default 'x') returns integer",
  "function s.f(a integer default (2 + 3), b text default ' DEFAULT '', (') returns integer",
  "function s.f(integer, text default 'y') returns integer",
  "function s.f(a integer, b text) returns bigint",
  "function s.f(a integer, b text) returns setof integer",
  "function s.f(a integer, b text) returns s.row",
  "function s.f(a integer, b text) returns record",
  "function s.f(a integer, b text) returns setof record",
  "function s.f(a integer, b text) returns table (n integer)",
  "function s.f(a integer, b text) returns table (m integer)",
  "function s.f(a integer, b text) returns table (n integer, t text)",
  "function s.f(a integer, b text) returns table (n integer, u text)",
  "function s.f(a integer, b text) returns table (n integer, t double precision)",
  "function s.f(a integer, b text, out n integer)",
  "function s.f(out n integer, a integer, b text)",
  "function s.f(a integer, b text, out m integer)",
  "function s.f(a integer, b text, out integer)",
  "function s.f(a integer, b text, out n integer, out t text)",
  "function s.f(a integer, b text, out n integer, out t text) returns setof record",
  "function s.f(a integer, b text, out integer, out text)",
  "function s.f(a integer, b text, out column1 integer, out column2 text)",
  "function s.f(inout a integer, b text)",
  "function s.f(a integer, inout b text)",
  "function s.f(inout a integer, inout b text)",
  "function s.f(inout b integer, inout a text)",
  "procedure s.f(integer, text)",
  "procedure s.f(a integer, b text)",
  "procedure s.f(a integer, b text default 'x')",
  "procedure s.f(inout a integer, b text)",
  "procedure s.f(a integer, inout b text)",
  "procedure s.f(inout a integer, inout b text)",
  { since: 14, sql: "procedure s.f(a integer, b text, out n integer)" },
  { since: 14, sql: "procedure s.f(a integer, b text, out m integer)" },
  { since: 14, sql: "procedure s.f(a integer, b text, out n integer, out t text)" },
];

const arrayForms = [
  "function s.f(integer[]) returns integer",
  "function s.f(variadic a integer[]) returns integer",
  "function s.f(a integer[]) returns integer",
];

const windowForms = [
  "function s.f(a integer, b text) returns bigint language internal as 'int8inc'",
  "function s.f(a integer, b text) returns bigint language internal window as 'window_row_number'",
  "function s.f(integer, text) returns bigint language internal window as 'window_rank'",
];

const wordy = [
  "double precision",
  "character varying",
  "bit varying",
  "timestamp with time zone",
  "time without time zone",
  '"Odd, (" []',
  "double precision[]",
];
const wordyForms = ["", "a", "double"].flatMap((name) =>
  wordy.map(
    (_, place) =>
      `function s.f(${wordy.map((type, at) => `${at >= place && name !== "" ? `${name}${at === 3 ? "" : at} ` : ""}${type.replace('"Odd', 's."Odd')}`).join(", ")}) returns integer`,
  ),
);

const polymorphicForms = [
  "1",
  "2147483647",
  "3000000000",
  "-1",
  "1.5",
  "'x'::text",
  "'it''s'::text",
  "'x'::character varying",
  "true",
  "null::text",
  "null::integer",
  "'{}'::integer[]",
  "1::numeric",
  "(2 + 3)::numeric",
  "'x'::varchar(3)",
  "'1 day'::interval",
].map((value) => `function s.f(a anyelement, b anyelement default ${value}) returns integer`);

const aggregateForms = [
  "aggregate s.f(integer) (sfunc = int4pl, stype = integer)",
  "aggregate s.f(a integer) (sfunc = int4pl, stype = integer)",
  "aggregate s.f(b integer) (sfunc = int4pl, stype = integer)",
  "aggregate s.f(a integer) (sfunc = int4_sum, stype = bigint, initcond = '0')",
  "aggregate s.f(a integer) (sfunc = int4_avg_accum, stype = bigint[], finalfunc = int8_avg, initcond = '{0,0}')",
  "aggregate s.f(a integer) (sfunc = int4_avg_accum, stype = bigint[], finalfunc = int8_avg, initcond = '{0,0}', parallel = safe)",
];

const orderedForms = [
  "aggregate s.f(double precision, double precision) (sfunc = float8pl, stype = double precision)".replace(
    "float8pl",
    "s.step",
  ),
  "aggregate s.f(double precision order by double precision) (sfunc = s.step1, stype = double precision, finalfunc = s.final)",
  "aggregate s.f(a double precision order by b double precision) (sfunc = s.step1, stype = double precision, finalfunc = s.final)",
  "aggregate s.f(order by double precision, double precision) (sfunc = s.step, stype = double precision)",
];

describeEachVersion("CREATE OR REPLACE", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({
      version,
      sql: `create schema s; ${row};
        create domain s."Odd, (" as integer;
        create function s.step(double precision, double precision, double precision) returns double precision language sql as 'select $1';
        create function s.step1(double precision, double precision) returns double precision language sql as 'select $1';
        create function s.final(double precision, double precision) returns double precision language sql as 'select $1'`,
    });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** Each form over each other: what we say of the two, and what the server does. */
  async function tryAll<Entry extends { readonly name: string }>(
    forms: readonly string[],
    read: () => Promise<readonly Entry[]>,
    judge: (before: Entry, after: Entry) => boolean,
  ): Promise<void> {
    const entries: Entry[] = [];
    for (const form of forms) entries.push((await inside(db, `create ${form}`, read))[0]!);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(1);
    const [said, done]: [string[], string[]] = [[], []];
    for (const [place, before] of entries.entries()) {
      await inside(db, `create ${forms[place]}; savepoint made`, async () => {
        for (const [at, after] of entries.entries()) {
          const accepted = await db.query(`create or replace ${forms[at]}`).then(
            () => true,
            () => false,
          );
          await db.query("rollback to made");
          const pair = `${forms[place]} -> ${forms[at]}`;
          if (judge(before, after)) said.push(pair);
          if (accepted) done.push(pair);
        }
      });
    }
    expect(said).toEqual(done);
  }

  const functions = (forms: readonly string[]) =>
    tryAll<CatalogFunction>(
      forms,
      async () =>
        (await readCatalog(db, { insideTransaction: true })).functions.filter(({ name }) => name.startsWith("s.f(")),
      isReplaceable,
    );
  const withBody = (forms: typeof functionForms) =>
    forms
      .flatMap((form) => (typeof form === "string" ? [form] : version >= form.since ? [form.sql] : []))
      .map((form) => `${form} ${plpgsql}`);

  test("is said where the server takes it, and only there: kinds, results, names, defaults", () =>
    functions(withBody(functionForms)));
  test("also for arrays and variadic arguments", () => functions(withBody(arrayForms)));
  test("also for window functions", () => functions(windowForms));
  test("also where types have several words", () => functions(withBody(wordyForms)));
  test("also where the type of a default is open", () => functions(withBody(polymorphicForms)));

  const aggregates = (forms: readonly string[]) =>
    tryAll<CatalogAggregate>(
      forms,
      async () => (await readCatalog(db, { insideTransaction: true })).aggregates,
      isReplaceableAggregate,
    );
  test("also for aggregates", () => aggregates(aggregateForms));
  test("also for ordered-set aggregates", () => aggregates(orderedForms));
});
