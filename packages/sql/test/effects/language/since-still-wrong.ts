/** Forms whose tree does not tell them from older ones, so that `since` does not either: a list that may only become shorter. */
export const sinceStillWrong: readonly string[] = [
  "create unique index quay_name_idx on quay (name) nulls distinct",
  "reindex (concurrently) table quay",
  "reindex (concurrently true, verbose) schema harbour",
  "grant sailors to clerk with admin true",
  "select name, count(*) from quay group by all name, depth",
  "select 0x1F + 0b11 + 0o17 + 1_000",
  "create statistics on (lower(name)), (depth % 10) from quay",
  "create statistics quay_stats on (lower(name)) from quay",
  "create table quay (id int unique nulls distinct)",
  "alter domain positive add constraint given not null",
  "vacuum (analyze, verbose, freeze, disable_page_skipping, skip_locked, index_cleanup auto, process_main, process_toast false, truncate false, parallel 2, skip_database_stats, buffer_usage_limit '1MB') quay",
  "vacuum (index_cleanup off) quay *",
  "cluster (verbose) quay",
  "cluster (verbose false)",
];
