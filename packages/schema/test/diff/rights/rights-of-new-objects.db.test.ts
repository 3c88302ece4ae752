import type { Catalog } from "@confiture/model";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../../../src/diff/catalog-index.js";
import type { DiffReference } from "../../../src/diff/diff-kinds.js";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { changeRights } from "../../../src/diff/rights/change-rights.js";
import { describeDifferences } from "../../describe-difference.js";
import { catalogAfter } from "../../inside.js";
import { createRoles, maker } from "../kinds/annotation-rules.js";

interface NewObjects {
  /** On both sides, before anything is made. */
  readonly there?: string;
  readonly defaults: string;
  readonly make: string;
  /** What is wanted beside what objects have by themselves. */
  readonly rights?: string;
  /** What has the name of something that was there. */
  readonly remade?: string;
  /** The statements, where the role that makes the objects is known. */
  readonly statements?: readonly string[];
}

const cases: Readonly<Record<string, NewObjects>> = {
  "get nothing that nobody asked for": {
    defaults: `
      alter default privileges in schema shop grant select on tables to confiture_app;
      alter default privileges grant insert on tables to "Confiture Reader" with grant option;`,
    make: "create table shop.t (a integer);",
    statements: [
      "revoke select on table shop.t from confiture_app",
      `revoke insert on table shop.t from "Confiture Reader"`,
    ],
  },
  "keep what they get by themselves where it is wanted": {
    defaults: "alter default privileges in schema shop grant select on tables to confiture_app;",
    make: "create table shop.t (a integer); create view shop.v as select 1 as a;",
    rights:
      "grant select, insert on shop.t to confiture_app; grant select on shop.v to confiture_app with grant option;",
    statements: [
      "grant insert on table shop.t to confiture_app",
      "grant select on table shop.v to confiture_app with grant option",
    ],
  },
  "get back what everybody has by default": {
    defaults: `
      alter default privileges revoke execute on functions from public;
      alter default privileges revoke usage on types from public;`,
    make: `
      create function shop.f(text) returns text language sql as 'select $1';
      create procedure shop.p() language sql as '';
      create aggregate shop.total(integer) (sfunc = int4pl, stype = integer);
      create type shop.mood as enum ('calm');
      create domain shop.positive as integer;
      create type shop.pair as (a integer, b shop.mood);
      create type shop.span as range (subtype = timestamptz);`,
  },
  "of every kind": {
    defaults: `
      alter default privileges grant all on tables to confiture_app;
      alter default privileges grant all on sequences to confiture_app;
      alter default privileges grant all on functions to confiture_app;
      alter default privileges grant all on types to confiture_app;
      alter default privileges grant all on schemas to confiture_app;`,
    make: `
      create schema other;
      create table other.t (a integer generated always as identity, b serial) partition by list (a);
      create table other.t_1 partition of other.t for values in (1);
      create view other.v as select 1 as a;
      create materialized view other.m as select 1 as a;
      create sequence other.s;
      create foreign data wrapper paper;
      create server far foreign data wrapper paper;
      create foreign table other.remote (a integer) server far;
      create function other.f(text) returns text language sql as 'select $1';
      create procedure other.p() language sql as '';
      create aggregate other.total(*) (sfunc = int8inc, stype = bigint, initcond = '0');
      create type other.shell;
      create type other.tiny;
      create function other.tiny_in(cstring) returns other.tiny language internal immutable strict as 'int4in';
      create function other.tiny_out(other.tiny) returns cstring language internal immutable strict as 'int4out';
      create type other.tiny (input = other.tiny_in, output = other.tiny_out, like = int4);
      create type other."Odd span" as range (subtype = timestamptz);
      create type other.words as range (subtype = text);
      create type other.mood as enum ('calm');
      create domain other.positive as integer;
      create type other.pair as (a integer, b other.mood);`,
  },
  "belong to another role, as do their privileges": {
    defaults: `
      alter default privileges grant select, insert on tables to confiture_clerk;
      alter default privileges grant update on tables to confiture_clerk with grant option;
      alter default privileges grant select on tables to confiture_app;
      alter default privileges revoke delete, insert, truncate on tables from postgres;`,
    make: "create table shop.t (a integer); alter table shop.t owner to confiture_clerk;",
    rights: "revoke truncate on shop.t from confiture_clerk; grant select on shop.t to postgres;",
    statements: [
      "revoke select on table shop.t from confiture_app",
      "revoke grant option for update on table shop.t from confiture_clerk",
      "grant delete on table shop.t to confiture_clerk",
      "grant select on table shop.t to postgres",
    ],
  },
  "are named with their columns": {
    defaults: "alter default privileges grant select on tables to confiture_app;",
    make: "create table shop.t (a integer, b integer);",
    rights: "grant select (a), update (b) on shop.t to confiture_app;",
    statements: [
      "revoke select on table shop.t from confiture_app",
      "grant select (a), update (b) on table shop.t to confiture_app",
    ],
  },
  "are sequences of identity columns that a table gets later": {
    there:
      "create table shop.t (a integer not null, b integer not null generated always as identity); grant select on sequence shop.t_b_seq to confiture_app; grant insert on shop.t to confiture_app;",
    defaults: "alter default privileges grant usage on sequences to confiture_app;",
    make: `
      alter table shop.t add column c integer generated always as identity;
      alter table shop.t alter column a add generated always as identity;`,
    statements: [
      "revoke usage on sequence shop.t_a_seq from confiture_app",
      "revoke usage on sequence shop.t_c_seq from confiture_app",
    ],
  },
  "are a schema public like any other": {
    defaults: "alter default privileges grant create on schemas to public;",
    make: "drop schema public; create schema public;",
    remade: "schemas public",
  },
  "in schemas that have default privileges of their own on top": {
    defaults: `
      alter default privileges revoke execute on functions from public;
      alter default privileges in schema shop grant execute on functions to public;`,
    make: "create function shop.f() returns integer language sql as 'select 1';",
    statements: [],
  },
};

describeEachVersion("new objects", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(createRoles);
    await db.query("create schema shop; grant all on schema shop to confiture_clerk");
  });
  afterAll(() => db[Symbol.asyncDispose]());

  for (const [sentence, { there = "", defaults, make, rights = "", remade, statements }] of Object.entries(cases)) {
    test(sentence, async () => {
      const before = await catalogAfter(db, there, defaults);
      const after = await catalogAfter(db, there, make, rights, defaults);
      for (const who of [maker, undefined]) {
        const plan = rightsOfNew(before, after, remade, who);
        if (who !== undefined) expect(plan).toEqual(statements ?? plan);
        const got = await catalogAfter(db, there, defaults, make, ...plan);
        expect(describeDifferences(got, after), plan.join(";\n")).toEqual([]);
      }
    });
  }

  test("are columns on their own, on a table whose grants stay", async () => {
    const defaults = "alter default privileges grant usage on sequences to confiture_app;";
    const there = "create table shop.t (a integer); grant select on shop.t to confiture_clerk with grant option;";
    const make = "alter table shop.t add column b integer generated always as identity;";
    const rights = `
      set local role confiture_clerk; grant select (b) on shop.t to "Confiture Reader"; reset role;
      grant select on sequence shop.t_b_seq to confiture_app;`;
    const before = await catalogAfter(db, there, defaults);
    const after = await catalogAfter(db, there, make, rights, defaults);
    const sides = { before: indexCatalog(before), after: indexCatalog(after) };
    const isNew = ({ kind, name }: DiffReference) => kind === "columns" && name === "shop.t.b";
    const plan = changeRights({ kind: "columns", name: "shop.t.b" }, sides, { isNew, maker });
    expect(plan).toEqual([
      "revoke usage on sequence shop.t_b_seq from confiture_app",
      "grant select on sequence shop.t_b_seq to confiture_app",
      "set role confiture_clerk",
      `grant select (b) on table shop.t to "Confiture Reader"`,
      "reset role",
    ]);
    expect(describeDifferences(await catalogAfter(db, there, defaults, make, ...plan), after)).toEqual([]);
    expect(changeRights({ kind: "columns", name: "shop.t.a" }, sides, { isNew, maker })).toEqual([]);
    expect(changeRights({ kind: "columns", name: "shop.t.b" }, sides, { isNew: () => true, maker })).toEqual([]);
  });

  test("are taken for nobody's where their maker is not known", async () => {
    const defaults = `
      alter default privileges for role confiture_clerk grant select on tables to confiture_app;
      alter default privileges for role confiture_app grant insert on tables to public;`;
    const make = "create table shop.t (a integer);";
    const [before, after] = [await catalogAfter(db, defaults), await catalogAfter(db, defaults, make)];
    expect(rightsOfNew(before, after, undefined, undefined)).toEqual([
      "revoke insert on table shop.t from PUBLIC",
      "revoke select on table shop.t from confiture_app",
    ]);
    expect(rightsOfNew(before, after, undefined, maker)).toEqual([]);
  });
});

function rightsOfNew(before: Catalog, after: Catalog, remade: string | undefined, who: string | undefined) {
  const sides = { before: indexCatalog(before), after: indexCatalog(after) };
  const isNew = (object: DiffReference) => keyOf(object) === remade || !sides.before.entries.has(keyOf(object));
  return [...sides.after.entries.values()]
    .filter(({ kind }) => !["columns", "grants", "defaultPrivileges"].includes(kind))
    .flatMap(({ kind, name }) =>
      changeRights({ kind, name }, sides, { isNew, ...(who === undefined ? {} : { maker: who }) }),
    );
}
