import { expect, test } from "vitest";
import { parseSqlFile } from "../../src/index.js";

test.each([
  ["create database a", "CREATE DATABASE"],
  ["drop database a", "DROP DATABASE"],
  ["alter database a set work_mem = '1MB'", "ALTER DATABASE … SET"],
  ["alter role a connection limit 1", "ALTER ROLE"],
  ["alter role a set work_mem = '1MB'", "ALTER ROLE … SET"],
  ["create user a", "CREATE ROLE"],
  ["drop role a", "DROP ROLE"],
  ["grant a to b", "GRANT or REVOKE of a role"],
  ["alter role a rename to b", "RENAME of a role"],
  ["alter database a rename to b", "RENAME of a database"],
  ["alter database a owner to b", "OWNER of a database"],
  ["comment on role a is 'x'", "COMMENT ON a role"],
  ["grant connect on database a to b", "GRANT or REVOKE on a database"],
  ["create tablespace a location '/x'", "CREATE TABLESPACE"],
  ["alter system set work_mem = '1MB'", "ALTER SYSTEM"],
  ["create subscription s connection '' publication p", "CREATE SUBSCRIPTION"],
  ["drop owned by a", "DROP OWNED"],
  ["do $$ begin execute 'alter role a login'; end $$", "DO with ALTER ROLE"],
  ["select pg_drop_replication_slot('s')", "pg_drop_replication_slot()"],
  ["select pg_create_logical_replication_slot('s', 'pgoutput')", "pg_create_logical_replication_slot()"],
  ["select pg_reload_conf()", "pg_reload_conf()"],
])("%s acts on the whole server: %s", async (sql, says) => {
  expect((await parseSqlFile(sql, { file: "a.sql" })).statements[0]?.serverWide).toBe(says);
});

test.each([
  "create table a (role text)",
  "grant select on a to b",
  "alter table a owner to b",
  "comment on table a is 'drop database'",
  "do $$ begin create role a; end $$",
  "select pg_size_pretty(1)",
  "set role a",
  "alter default privileges grant select on tables to b",
])("%s stays in its database", async (sql) => {
  expect((await parseSqlFile(sql, { file: "a.sql" })).statements[0]?.serverWide).toBeUndefined();
});
