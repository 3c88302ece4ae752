-- Indexes, views, materialized views, sequences.

-- => create_index
create index on quay (name);
create index quay_name_idx on quay (name);
create index if not exists quay_name_idx on only harbour.quay (name);
create unique index quay_name_idx on quay (name) nulls not distinct;
create unique index quay_name_idx on quay (name) nulls distinct;
create index on quay using btree (name collate "C" text_pattern_ops desc nulls last, depth asc nulls first);
create index on quay using hash (name);
create index on quay using gin (tags) with (fastupdate = off);
create index on quay using gist (place) with (buffering = auto);
create index on quay using spgist (place);
create index on quay using brin (at date_minmax_multi_ops (values_per_range = 16)) with (pages_per_range = 32);
create index on quay (lower(name), (depth * 2)) include (id, at) tablespace fast where depth > 3;
create index on quay (name) with (deduplicate_items = off, fillfactor = 60);
-- => create_index_concurrently
create index concurrently on quay (name);
create unique index concurrently if not exists quay_name_idx on quay (name) where name <> '';
-- => drop_index
drop index quay_name_idx;
drop index if exists harbour.quay_name_idx cascade;
drop index quay_name_idx restrict;
-- => drop_index, drop_index
drop index quay_name_idx, quay_id_idx;
-- => drop_index_concurrently
drop index concurrently quay_name_idx;
drop index concurrently if exists quay_name_idx restrict;
-- => rename_index
alter index quay_name_idx rename to quay_by_name;
alter index if exists quay_name_idx rename to quay_by_name;
-- => attach_index
alter index quay_name_idx attach partition quay_2026_name_idx;
-- => set_index_statistics
alter index quay_name_idx alter column 1 set statistics 400;
alter index if exists quay_name_idx alter 2 set statistics 100;
-- => depend_on_extension
alter index quay_name_idx depends on extension cube;
alter index quay_name_idx no depends on extension cube;
-- => reindex
reindex index quay_name_idx;
reindex table quay;
reindex (verbose) table quay;
reindex (tablespace fast, verbose true) index quay_name_idx;
reindex schema harbour;
reindex database port;
reindex database;
reindex system port;
reindex system;
-- => reindex_concurrently
reindex index concurrently quay_name_idx;
reindex table concurrently quay;
reindex (concurrently) table quay;
reindex (concurrently true, verbose) schema harbour;
reindex schema concurrently harbour;
reindex database concurrently port;

-- => create_view
create view deep_quays as select * from quay where depth > 10;
create view harbour.deep_quays (id, depth) as select id, depth from quay;
create temporary view deep_quays as select 1 as n;
create temp view deep_quays as values (1), (2);
create recursive view counted (n) as select 1 union all select n + 1 from counted where n < 5;
create view deep_quays with (security_barrier, security_invoker = true) as select * from quay;
create view deep_quays as select * from quay where depth > 1 with check option;
create view deep_quays as select * from quay where depth > 1 with local check option;
create view deep_quays as select * from quay where depth > 1 with cascaded check option;
-- => replace_view
create or replace view deep_quays as select * from quay where depth > 20;
create or replace temporary recursive view counted (n) as select 1 union all select n + 1 from counted where n < 5;
-- => drop_view
drop view deep_quays;
drop view if exists harbour.deep_quays cascade;
-- => drop_view, drop_view
drop view deep_quays, wide_quays restrict;
-- => rename_view
alter view deep_quays rename to deepest;
alter view if exists deep_quays rename to deepest;

-- => create_materialized_view
create materialized view quay_totals as select count(*) as n from quay;
create materialized view if not exists quay_totals (n) using heap with (fillfactor = 70) tablespace fast as select count(*) from quay with data;
create materialized view quay_totals as select count(*) from quay with no data;
create unlogged materialized view quay_totals as select 1;
-- => refresh_materialized_view
refresh materialized view quay_totals;
refresh materialized view quay_totals with data;
refresh materialized view quay_totals with no data;
-- => refresh_materialized_view_concurrently
refresh materialized view concurrently quay_totals;
refresh materialized view concurrently quay_totals with data;
-- => drop_materialized_view
drop materialized view quay_totals;
drop materialized view if exists quay_totals cascade;
-- => rename_materialized_view
alter materialized view quay_totals rename to totals;
alter materialized view if exists quay_totals rename to totals;
-- => set_statistics
alter materialized view quay_totals alter column n set statistics 200;
-- => set_column_options
alter materialized view quay_totals alter n set (n_distinct = 10);
-- => reset_column_options
alter materialized view quay_totals alter n reset (n_distinct);
-- => set_storage
alter materialized view quay_totals alter n set storage plain;
-- => set_compression
alter materialized view quay_totals alter n set compression pglz;
-- => depend_on_extension
alter materialized view quay_totals depends on extension cube;
alter materialized view quay_totals no depends on extension cube;

-- => create_sequence
create sequence quay_numbers;
create temporary sequence if not exists quay_numbers as smallint;
create unlogged sequence quay_numbers;
create sequence quay_numbers as bigint increment by 5 minvalue 1 maxvalue 1000 start with 10 cache 20 cycle owned by quay.id;
create sequence quay_numbers increment -1 no minvalue no maxvalue no cycle owned by none;
-- => alter_sequence
alter sequence quay_numbers increment by 2;
alter sequence if exists quay_numbers as integer minvalue 3 no maxvalue cache 9 no cycle;
alter sequence quay_numbers start with 7;
alter sequence quay_numbers owned by quay.id;
alter sequence quay_numbers owned by none;
-- => restart_sequence
alter sequence quay_numbers restart;
alter sequence quay_numbers restart with 500;
-- => drop_sequence
drop sequence quay_numbers;
drop sequence if exists quay_numbers cascade;
-- => rename_sequence
alter sequence quay_numbers rename to numbers;
alter sequence if exists quay_numbers rename to numbers;
