import { testPairs } from "./pairs.js";

const setup = `
  create schema shop;
  grant usage on schema shop to confiture_app, confiture_clerk, "Confiture Reader";
  create table shop.t (a integer, b text, "C c" integer generated always as identity);
  create view shop.seen as select a, b from shop.t;
  create function shop.f(integer, text) returns integer language sql as 'select 1';
  create procedure shop.p() language sql as '';
  create aggregate shop.agg(*) (sfunc = int8inc, stype = bigint, initcond = '0');
  create type shop.mood as enum ('calm');
  create type shop.span as range (subtype = text);
  create domain shop.positive as integer;
  create sequence shop.s;
  create foreign data wrapper paper;
  create server far foreign data wrapper paper;
  create foreign table shop.remote (a integer) server far;`;

testPairs("privileges", setup, {
  "are granted and taken in one statement a role": {
    after: `grant select, insert on shop.t to confiture_app; grant select on shop.t to public;`,
    there: ["grant select on table shop.t to PUBLIC", "grant insert, select on table shop.t to confiture_app"],
    back: ["revoke select on table shop.t from PUBLIC", "revoke insert, select on table shop.t from confiture_app"],
  },
  "gain and lose their grant option in place": {
    before:
      "grant select, insert on shop.t to confiture_app; grant update on shop.t to confiture_app with grant option;",
    after: "grant select, update on shop.t to confiture_app with grant option;",
    there: [
      "revoke insert on table shop.t from confiture_app",
      "grant select on table shop.t to confiture_app with grant option",
    ],
    back: [
      "revoke grant option for select on table shop.t from confiture_app",
      "grant insert on table shop.t to confiture_app",
    ],
  },
  "of the owner are taken and given back": {
    after: "revoke insert, update on shop.t from postgres; grant select on shop.t to postgres with grant option;",
    there: [
      "revoke insert, update on table shop.t from postgres",
      "grant select on table shop.t to postgres with grant option",
    ],
    back: [
      "revoke grant option for select on table shop.t from postgres",
      "grant insert, update on table shop.t to postgres",
    ],
  },
  "that everybody has by default are taken and given back": {
    after: `
      revoke execute on function shop.f(integer, text) from public;
      revoke all on procedure shop.p() from public;
      revoke usage on type shop.mood from public;
      revoke usage on domain shop.positive from public;
      revoke usage on schema public from public;`,
  },
  "on every kind of object": {
    after: `
      grant select (a) on shop.remote to confiture_app;
      grant select on shop.remote to confiture_app;
      grant select on shop.seen to confiture_app with grant option;
      grant update (b) on shop.seen to confiture_app;
      grant usage on sequence shop.s to confiture_app;
      grant usage on sequence shop."t_C c_seq" to confiture_app;
      grant execute on function shop.f(integer, text) to confiture_app;
      grant execute on procedure shop.p() to confiture_app;
      grant execute on function shop.agg() to confiture_app;
      grant execute on function shop.span(text, text) to confiture_app;
      grant usage on type shop.mood, shop.span, shop.positive, shop.t to confiture_app;
      grant create on schema shop to confiture_app;
      grant usage on language plpgsql to confiture_app;
      grant usage on foreign data wrapper paper to confiture_app;
      grant usage on foreign server far to confiture_app;
      grant execute on function pg_catalog.pg_read_file(text) to confiture_app;
      grant select on pg_catalog.pg_authid to confiture_app;
      revoke select on information_schema.tables from public;`,
  },
  "of the server's own roles on the server's own functions": {
    after: "revoke execute on function pg_ls_waldir() from pg_monitor;",
    there: ["revoke execute on function pg_ls_waldir() from pg_monitor"],
    back: ["grant execute on function pg_ls_waldir() to pg_monitor"],
  },
  "on columns are named with them": {
    before: "grant select (a, b), update (a) on shop.t to confiture_app;",
    after: `grant select ("C c"), update (a, b) on shop.t to confiture_app;`,
    there: [
      "revoke select (a, b) on table shop.t from confiture_app",
      `grant update (b), select ("C c") on table shop.t to confiture_app`,
    ],
  },
  "on columns outlive those on the table, which take them along": {
    before: "grant select, insert on shop.t to confiture_app; grant select (a) on shop.t to confiture_app;",
    after: "grant insert on shop.t to confiture_app; grant select (a) on shop.t to confiture_app;",
    there: ["revoke select on table shop.t from confiture_app", "grant select (a) on table shop.t to confiture_app"],
    back: ["grant select on table shop.t to confiture_app"],
  },
  "on columns keep the grant option that the table loses": {
    before: `
      grant select on shop.t to confiture_app with grant option;
      grant select (a, b) on shop.t to confiture_app with grant option;`,
    after: "grant select on shop.t to confiture_app; grant select (a) on shop.t to confiture_app with grant option;",
  },
  "move from the table to its columns": {
    before: "grant select, update on shop.t to confiture_app;",
    after: "grant select (a), update (b) on shop.t to confiture_app;",
    there: [
      "revoke select, update on table shop.t from confiture_app",
      "grant select (a), update (b) on table shop.t to confiture_app",
    ],
  },
  "granted by another role are granted in its name": {
    before: "grant select on shop.t to confiture_clerk with grant option;",
    after: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select on shop.t to confiture_app;
      grant select (b) on shop.t to "Confiture Reader";
      reset role;`,
    there: [
      "set role confiture_clerk",
      "grant select on table shop.t to confiture_app",
      `grant select (b) on table shop.t to "Confiture Reader"`,
      "reset role",
    ],
  },
  "handed on from role to role are made in that order and taken back in the other": {
    after: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select on shop.t to confiture_app with grant option;
      set local role confiture_app;
      grant select on shop.t to "Confiture Reader";
      reset role;`,
    there: [
      "grant select on table shop.t to confiture_clerk with grant option",
      "set role confiture_clerk",
      "grant select on table shop.t to confiture_app with grant option",
      "set role confiture_app",
      `grant select on table shop.t to "Confiture Reader"`,
      "reset role",
    ],
  },
  "go on from role to role when one of them loses the grant option": {
    before: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select on shop.t to confiture_app;
      reset role;`,
    after: "grant select on shop.t to confiture_clerk; grant select on shop.t to confiture_app;",
  },
  "of others do not hinder a table's from being taken": {
    before: `
      grant select on shop.t to confiture_clerk;
      grant select (a) on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select (a) on shop.t to confiture_app;
      reset role;`,
    after: `
      grant select (a) on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select (a) on shop.t to confiture_app;
      reset role;`,
    back: ["grant select on table shop.t to confiture_clerk"],
  },
  "on columns are taken before the table's grant option they were made by": {
    before: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select (a) on shop.t to confiture_app;
      reset role;`,
    after: "",
  },
  "that nobody may take back any more are taken back, and left for nobody to make": {
    before: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select (a) on shop.t to confiture_app;
      reset role;
      revoke select on shop.t from confiture_clerk;`,
    after: "",
    there: [
      "grant select (a) on table shop.t to confiture_clerk with grant option",
      "set role confiture_clerk",
      "revoke select (a) on table shop.t from confiture_app",
      "reset role",
      "revoke select (a) on table shop.t from confiture_clerk",
    ],
    back: "refused",
  },
});

testPairs("default privileges", "create schema shop;", {
  "are given and taken": {
    after: `
      alter default privileges in schema shop grant select, insert on tables to confiture_app;
      alter default privileges for role confiture_clerk grant usage on sequences to public;`,
    there: [
      "alter default privileges for role confiture_clerk grant usage on sequences to PUBLIC",
      "alter default privileges for role postgres in schema shop grant insert, select on tables to confiture_app",
    ],
  },
  "gain and lose their grant option in place": {
    before: "alter default privileges grant select, insert on tables to confiture_app;",
    after: "alter default privileges grant select, update on tables to confiture_app with grant option;",
    there: [
      "alter default privileges for role postgres revoke insert on tables from confiture_app",
      "alter default privileges for role postgres grant select, update on tables to confiture_app with grant option",
    ],
    back: [
      "alter default privileges for role postgres grant insert on tables to confiture_app",
      "alter default privileges for role postgres revoke grant option for select on tables from confiture_app",
      "alter default privileges for role postgres revoke update on tables from confiture_app",
    ],
  },
  "take what everybody has by default": {
    after: `
      alter default privileges revoke execute on functions from public;
      alter default privileges revoke usage on types from public;
      alter default privileges in schema shop grant execute on functions to public;`,
  },
  "take from the owner and give a grant option": {
    before: "alter default privileges for role confiture_app revoke insert on tables from confiture_app;",
    after: "alter default privileges for role confiture_app grant insert on tables to confiture_app with grant option;",
  },
  "for schemas": {
    after: "alter default privileges grant usage, create on schemas to confiture_app;",
  },
  "for large objects": {
    since: 18,
    after: "alter default privileges grant select on large objects to confiture_app;",
    there: ["alter default privileges for role postgres grant select on large objects to confiture_app"],
  },
});
