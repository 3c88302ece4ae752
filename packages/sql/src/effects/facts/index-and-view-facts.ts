import { breaks, depends, type OperationFacts, works } from "./operation-row.js";

const gone = breaks("code that names it fails");
const renamed = breaks("code that uses the old name fails");
const mayBeUnique = depends("with UNIQUE, code that writes duplicates fails");
const withoutIndex = depends(
  "ON CONFLICT that relied on it fails, what it kept out may come in, and queries may be slower",
);

export const indexAndViewFacts = {
  create_index: {
    form: "CREATE INDEX",
    lock: "ShareLock",
    reversible: "yes",
    compatibility: mayBeUnique,
    probe: { sql: "create index made on probe (s)" },
  },
  create_index_concurrently: {
    form: "CREATE INDEX CONCURRENTLY",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: mayBeUnique,
    transactional: false,
    probe: { sql: "create index concurrently made on probe (s)" },
  },
  drop_index: {
    form: "DROP INDEX",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: withoutIndex,
    hazards: ["IndexDropped"],
    probe: { sql: "drop index probe_n" },
  },
  drop_index_concurrently: {
    form: "DROP INDEX CONCURRENTLY",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: withoutIndex,
    hazards: ["IndexDropped"],
    transactional: false,
    probe: { sql: "drop index concurrently probe_n" },
  },
  rename_index: {
    form: "ALTER INDEX … RENAME TO",
    lockVariesBy: "the spelling: ALTER TABLE … RENAME TO, AccessExclusiveLock",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: depends("code that looks for the name of a unique index in errors does not find it"),
    probe: { sql: "alter index probe_n rename to renamed", on: "probe_n" },
  },
  attach_index: {
    form: "ALTER INDEX … ATTACH PARTITION",
    lock: "ShareUpdateExclusiveLock",
    reversible: "no",
    compatibility: works,
    probe: {
      setup: ["create index whole on only probe_range (n)", "create index part on probe_range_1 (n)"],
      sql: "alter index whole attach partition part",
      on: "whole",
    },
  },
  set_index_statistics: {
    form: "ALTER INDEX … ALTER COLUMN … SET STATISTICS",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "alter index probe_expression alter column 1 set statistics 100", on: "probe_expression" },
  },
  reindex: {
    form: "REINDEX",
    lock: "ShareLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "reindex table probe" },
  },
  reindex_concurrently: {
    form: "REINDEX … CONCURRENTLY",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: works,
    transactional: false,
    probe: { sql: "reindex table concurrently probe" },
  },
  create_view: {
    form: "CREATE VIEW",
    lock: "AccessShareLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create view made as select n from probe" },
  },
  replace_view: {
    form: "CREATE OR REPLACE VIEW",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends(
      "its columns stay, but SELECT * meets those that were added, and rows and values may be others",
    ),
    probe: { sql: "create or replace view probe_view as select id, n, s from probe", on: "probe_view" },
  },
  drop_view: {
    form: "DROP VIEW",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: gone,
    probe: { sql: "drop view probe_view", on: "probe_view" },
  },
  rename_view: {
    form: "ALTER VIEW … RENAME TO",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: renamed,
    probe: { sql: "alter view probe_view rename to renamed", on: "probe_view" },
  },
  create_materialized_view: {
    form: "CREATE MATERIALIZED VIEW",
    lock: "AccessShareLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create materialized view made as select n from probe" },
  },
  refresh_materialized_view: {
    form: "REFRESH MATERIALIZED VIEW",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends("with NO DATA, reading it fails until it is refreshed"),
    probe: { sql: "refresh materialized view probe_stored", on: "probe_stored" },
  },
  refresh_materialized_view_concurrently: {
    form: "REFRESH MATERIALIZED VIEW CONCURRENTLY",
    lock: "ExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "refresh materialized view concurrently probe_stored", on: "probe_stored" },
  },
  drop_materialized_view: {
    form: "DROP MATERIALIZED VIEW",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: gone,
    probe: { sql: "drop materialized view probe_stored", on: "probe_stored" },
  },
  rename_materialized_view: {
    form: "ALTER MATERIALIZED VIEW … RENAME TO",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: renamed,
    probe: { sql: "alter materialized view probe_stored rename to renamed", on: "probe_stored" },
  },
} as const satisfies Readonly<Record<string, OperationFacts>>;
