/** Forms that servers do otherwise than predicted: a list that may only become shorter. */
export const truthStillWrong: readonly string[] = [
  // Less was predicted than was locked.
  "alter table only quay drop constraint if exists deep cascade",
  "create materialized view if not exists quay_totals (n) using heap with (fillfactor = 70) tablespace fast as select count(*) from quay with data",
  // IF EXISTS, of what is not there.
  "alter table if exists only quay rename depth to draught",
  "alter table if exists only quay rename constraint deep to deep_enough",
  "alter table if exists harbour.quay rename to pier",
  "alter foreign table if exists far_quay rename to far_pier",
  "alter table if exists quay set schema harbour",
  "alter view if exists deep_quays set schema harbour",
  "alter index if exists quay_name_idx alter 2 set statistics 100",
  "alter view if exists deep_quays rename to deepest",
  "alter materialized view if exists quay_totals rename to totals",
  "alter sequence if exists quay_numbers as integer minvalue 3 no maxvalue cache 9 no cycle",
  "alter sequence if exists quay_numbers rename to numbers",
  "drop trigger if exists on_change on harbour.quay cascade",
  "drop rule if exists keep on quay cascade",
  "drop policy if exists own on quay restrict",
  // The owner stays the same, so nothing is done to the indexes.
  "alter table quay owner to current_user",
  "alter table quay owner to current_role",
  "alter table quay owner to session_user",
  // A temporary view stands beside the one of the same name.
  "create temporary view deep_quays as select 1 as n",
  "create temp view deep_quays as values (1), (2)",
  // No row comes in that refers to anything.
  "insert into quay as q (id, name) values (1, 'a') on conflict do nothing",
  "insert into quay (id, name) values (1, 'a') on conflict (id) do update set name = excluded.name where quay.depth > 1 returning *",
  "copy quay from '/dev/null' with csv header quote '\"' escape '\\' force not null name force null id delimiter as ',' null as ''",
  // What only newer servers have.
  "alter table quay add constraint depth_given not null depth no inherit",
  "alter table quay alter constraint in_harbour enforced",
  "analyze (verbose, skip_locked true, buffer_usage_limit '2MB') only quay",
];
