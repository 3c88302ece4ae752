import type { Transactionality } from "@confiture/model";
import { parseSqlFile, standaloneStatements } from "@confiture/sql";
import { describe, expect, test } from "vitest";

async function statementOf(sql: string) {
  const { statements } = await parseSqlFile(sql, { file: "f.sql" });
  return statements[0]!;
}

const controls: Record<string, Omit<Extract<Transactionality, { kind: "transaction-control" }>, "kind">> = {
  begin: { control: "begin" },
  "begin work": { control: "begin" },
  "start transaction isolation level repeatable read, read only, not deferrable": {
    control: "begin",
    options: "isolation level repeatable read, read only, not deferrable",
  },
  "begin read write, deferrable": { control: "begin", options: "read write, deferrable" },
  commit: { control: "commit" },
  end: { control: "commit" },
  "commit and chain": { control: "commit", chain: true },
  "commit and no chain": { control: "commit" },
  rollback: { control: "rollback" },
  "rollback and chain": { control: "rollback", chain: true },
  abort: { control: "rollback" },
  "savepoint s": { control: "savepoint" },
  "release s": { control: "release" },
  "rollback to savepoint s": { control: "rollback-to" },
  "prepare transaction 'x'": { control: "prepare" },
};
describe("transaction control", () => {
  for (const [sql, expected] of Object.entries(controls)) {
    test(sql, async () =>
      expect((await statementOf(sql)).transactionality).toEqual({ kind: "transaction-control", ...expected }),
    );
  }
});

const actions: Record<string, unknown> = {
  "create unique index concurrently if not exists i on s.t (a)": {
    kind: "create-index-concurrently",
    index: { schema: "s", name: "i" },
    table: { schema: "s", name: "t" },
    ifNotExists: true,
  },
  "create index concurrently on t (a)": { kind: "create-index-concurrently", table: { name: "t" }, ifNotExists: false },
  'drop index concurrently if exists s."I"': {
    kind: "drop-index-concurrently",
    index: { schema: "s", name: "I" },
    ifExists: true,
  },
  "reindex (concurrently) index s.i": {
    kind: "reindex",
    target: "index",
    name: { schema: "s", name: "i" },
    concurrently: true,
  },
  "reindex (concurrently on, verbose) table t": {
    kind: "reindex",
    target: "table",
    name: { name: "t" },
    concurrently: true,
  },
  "reindex schema concurrently s": { kind: "reindex", target: "schema", name: { name: "s" }, concurrently: true },
  "reindex database": { kind: "reindex", target: "database", concurrently: false },
  "reindex system d": { kind: "reindex", target: "system", name: { name: "d" }, concurrently: false },
  "alter table only s.p detach partition c concurrently": {
    kind: "detach-partition-concurrently",
    table: { schema: "s", name: "p" },
    partition: { name: "c" },
  },
  "vacuum (full, analyze) t": { kind: "repeatable", what: "VACUUM" },
  "vacuum freeze": { kind: "repeatable", what: "VACUUM" },
  "cluster (verbose)": { kind: "repeatable", what: "CLUSTER" },
  "create database d owner r": { kind: "create-database", name: "d" },
  "drop database if exists d with (force)": { kind: "drop-database", name: "d" },
  "create subscription s connection 'c' publication p with (enabled = false)": {
    kind: "create-subscription",
    name: "s",
  },
  "do $$ begin for r in select 1 loop if true then rollback; end if; end loop; end $$": {
    kind: "unknowable",
    what: "DO with COMMIT or ROLLBACK",
  },
  "do language plpython3u $$ plpy.commit() $$": { kind: "unknowable", what: "DO with COMMIT or ROLLBACK" },
};
describe("what runs alone says what it does", () => {
  for (const [sql, action] of Object.entries(actions)) {
    test(sql, async () => expect((await statementOf(sql)).transactionality).toMatchObject({ kind: "alone", action }));
  }
});

test("a new enum value is told with its type; a renamed one is none", async () => {
  expect((await statementOf("alter type s.e add value if not exists 'it''s' before 'b'")).transactionality).toEqual({
    kind: "adds-enum-value",
    type: { schema: "s", name: "e" },
    value: "it's",
  });
  expect((await statementOf("alter type e rename value 'a' to 'b'")).transactionality).toEqual({
    kind: "transactional",
  });
});

test("each form has one row", () => {
  expect(new Set(standaloneStatements.map(({ form }) => form)).size).toBe(standaloneStatements.length);
});

const changers: Record<string, boolean> = {
  "set search_path = a": true,
  "set role r": true,
  "set session authorization r": true,
  "reset all": true,
  "set session characteristics as transaction read only": true,
  "discard all": true,
  "select set_config('search_path', '', false)": true,
  "with a as (select f()) insert into t select * from a": true,
  "update t set a = f()": true,
  "create table t as select f()": true,
  "do $$ begin end $$": true,
  "call p()": true,
  "explain analyze select f()": true,
  "selec 1": true,
  "set local search_path = a": false,
  "set transaction isolation level serializable": false,
  "select 1": false,
  "insert into t values (1, current_user)": false,
  "create table t (a timestamptz default now(), check (f(a)))": false,
  "create view v as select f()": false,
  "create function f() returns int language sql set search_path = a as 'select g()'": false,
  "alter table t add column a int": false,
  "create index on t (lower(a))": false,
  commit: false,
};
describe("may change settings", () => {
  for (const [sql, expected] of Object.entries(changers)) {
    test(`${expected ? "yes" : "no"}: ${sql}`, async () =>
      expect((await statementOf(sql)).mayChangeSettings).toBe(expected));
  }
});
