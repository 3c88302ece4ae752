export interface AllowedStatement {
  readonly setup?: readonly string[];
  readonly probe: string;
  readonly cleanup?: readonly string[];
  readonly since?: number;
}

const table = "create table probe (n int)";
const index = "create index probe_n on probe (n)";
const parent = "create table probe_parent (n int) partition by list (n)";
const partition = "create table probe_part partition of probe_parent for values in (1)";
const database = "create database confiture_probe template template0";
const dropDatabase = "drop database if exists confiture_probe";
const subscription =
  "create subscription confiture_probe connection 'host=127.0.0.1 port=1' publication p with (connect = false, slot_name = none)";
const dropSubscription = "drop subscription confiture_probe";

/** Near misses: neighbours of what PostgreSQL refuses in a transaction block, which it allows there. */
export const allowedInTransaction: readonly AllowedStatement[] = [
  { setup: [table], probe: "create index probe_n on probe (n)" },
  { setup: [table, index], probe: "drop index probe_n" },
  { setup: [table, index], probe: "reindex table probe" },
  { setup: [table, index], probe: "reindex index probe_n" },
  { setup: [table, index], probe: "reindex (verbose) table probe" },
  { setup: [table, index], probe: "reindex (concurrently false) table probe", since: 14 },
  { setup: [table, index], probe: "cluster probe using probe_n" },
  { setup: [table], probe: "analyze probe" },
  { probe: "analyze" },
  { setup: [table], probe: "truncate probe" },
  { probe: "checkpoint" },
  { probe: "discard plans" },
  { probe: "discard sequences" },
  { probe: "discard temp" },
  { setup: [database], probe: "alter database confiture_probe set work_mem = '4MB'", cleanup: [dropDatabase] },
  { setup: [database], probe: "alter database confiture_probe connection limit 5", cleanup: [dropDatabase] },
  { setup: [database], probe: "alter database confiture_probe rename to confiture_probe_2", cleanup: [dropDatabase] },
  {
    setup: [database],
    probe: "alter database confiture_probe refresh collation version",
    cleanup: [dropDatabase],
    since: 15,
  },
  { setup: ["create type probe_kind as enum ('a')"], probe: "alter type probe_kind add value 'b'" },
  { setup: ["create type probe_kind as enum ('a')"], probe: "alter type probe_kind rename value 'a' to 'b'" },
  { setup: [parent, partition], probe: "alter table probe_parent detach partition probe_part" },
  {
    probe:
      "create subscription confiture_probe connection 'host=127.0.0.1 port=1' publication p with (connect = false, slot_name = none)",
  },
  {
    probe:
      "create subscription confiture_probe connection 'host=127.0.0.1 port=1' publication p with (connect = false, create_slot = false)",
  },
  { setup: [subscription], probe: "alter subscription confiture_probe disable", cleanup: [dropSubscription] },
  {
    setup: [subscription],
    probe: "alter subscription confiture_probe set publication q with (refresh = false)",
    cleanup: [dropSubscription],
  },
  {
    setup: [subscription],
    probe: "alter subscription confiture_probe set (synchronous_commit = off)",
    cleanup: [dropSubscription],
  },
  { probe: "do $$ begin perform 1; end $$" },
  { probe: "do $$ begin /* commit */ perform 'rollback'; end $$" },
  { probe: "create procedure probe_commit() language plpgsql as $$ begin commit; end $$" },
  { setup: ["create procedure probe_call() language sql as 'select 1'"], probe: "call probe_call()" },
  { setup: [table], probe: "lock table probe" },
  { probe: "set local work_mem = '4MB'" },
  { probe: "listen confiture" },
  { probe: "create publication probe_publication" },
  { probe: "set session characteristics as transaction read write" },
];
