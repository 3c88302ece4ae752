-- Upkeep, sessions, transactions and the server.

-- => vacuum
vacuum;
vacuum quay;
vacuum freeze verbose analyze quay (id, name);
vacuum (analyze, verbose, freeze, disable_page_skipping, skip_locked, index_cleanup auto, process_main, process_toast false, truncate false, parallel 2, skip_database_stats, buffer_usage_limit '1MB') quay;
vacuum (only_database_stats);
vacuum (full false) only quay;
vacuum (index_cleanup off) quay *;
-- => vacuum, vacuum
vacuum quay, berth (id);
-- => vacuum_full
vacuum full;
vacuum full quay;
vacuum (full) quay;
vacuum (full true, analyze) quay;
-- => analyze
analyze;
analyze verbose;
analyze quay (id, name);
analyze (verbose, skip_locked true, buffer_usage_limit '2MB') only quay;
analyse quay;
-- => analyze, analyze
analyze quay, berth;
-- => cluster
cluster;
cluster verbose;
cluster quay;
cluster quay using quay_name_idx;
cluster verbose quay using quay_name_idx;
cluster (verbose) quay;
cluster (verbose false);
cluster quay_name_idx on quay;
-- => checkpoint
checkpoint;

-- => transaction_control
begin;
begin work isolation level serializable;
begin transaction isolation level repeatable read, read only, deferrable;
start transaction;
start transaction isolation level read committed read write not deferrable;
start transaction isolation level read uncommitted;
commit;
commit work and chain;
commit transaction and no chain;
end;
end and chain;
rollback;
rollback work and chain;
rollback and no chain;
abort;
abort work;
abort transaction and chain;
abort and no chain;
savepoint here;
release here;
release savepoint here;
rollback to here;
rollback work to savepoint here;
rollback transaction to savepoint here;
prepare transaction 'ship-1';
commit prepared 'ship-1';
rollback prepared 'ship-1';
-- => set_constraints
set constraints all deferred;
set constraints in_harbour, harbour.deep immediate;
-- => set
set work_mem = '8MB';
set session work_mem to default;
set local search_path to harbour, public;
set harbour.flag = on;
set time zone 'Europe/Berlin';
set time zone local;
set time zone default;
set time zone interval '+02:00' hour to minute;
set local time zone -3;
set names 'UTF8';
set schema 'harbour';
set seed to 0.5;
set xml option document;
set role clerk;
set local role none;
set session authorization clerk;
set session authorization default;
set transaction isolation level serializable;
set transaction snapshot '00000003-0000001B-1';
set session characteristics as transaction read only;
set datestyle = iso, dmy;
reset work_mem;
reset all;
reset role;
reset time zone;
reset session authorization;
reset transaction isolation level;
show work_mem;
show all;
show time zone;
show transaction isolation level;
show session authorization;
-- => discard
discard all;
discard plans;
discard sequences;
discard temp;
discard temporary;
-- => prepare
prepare deep as select * from quay;
prepare deep (int, text) as insert into quay values ($1, $2);
prepare deep as update quay set depth = 1;
prepare deep as delete from quay;
prepare deep as values (1);
prepare deep as merge into quay using berth on true when matched then delete;
deallocate deep;
deallocate prepare deep;
deallocate all;
deallocate prepare all;
-- => unclassified
execute deep;
execute deep (1, 'a');
-- => cursor
declare reading cursor for select * from quay;
declare reading binary asensitive no scroll cursor with hold for select 1;
declare reading insensitive scroll cursor without hold for values (1);
declare reading cursor for select * from quay for update;
fetch reading;
fetch next from reading;
fetch prior in reading;
fetch first from reading;
fetch last from reading;
fetch absolute 3 from reading;
fetch relative -1 from reading;
fetch 5 from reading;
fetch all from reading;
fetch forward from reading;
fetch forward 2 from reading;
fetch forward all in reading;
fetch backward from reading;
fetch backward 2 from reading;
fetch backward all from reading;
move reading;
move forward 10 in reading;
move absolute 0 from reading;
close reading;
close all;
-- => listen
listen quays;
notify quays;
notify quays, 'deep one';
unlisten quays;
unlisten *;
-- => load
load 'auto_explain';

-- => explain
explain select * from quay;
explain verbose select * from quay;
explain analyze select * from quay;
explain analyze verbose values (1);
explain (analyze, verbose, costs false, settings, generic_plan false, buffers, serialize text, wal, timing off, summary, memory, format json) select 1;
explain (generic_plan, format yaml) select * from quay where id = $1;
explain insert into quay values (1);
explain update quay set depth = 1;
explain delete from quay;
explain merge into quay using berth on true when matched then delete;
explain execute deep (1);
explain declare reading cursor for select 1;
explain create table quay2 as select 1;
explain create materialized view m as select 1;
explain refresh materialized view quay_totals;
explain (format xml) select * into quay2 from quay;
explain analyze insert into quay values (1) returning id;
explain (analyze) delete from quay;

-- => create_database
create database port;
create database port with owner = harbourmaster template = template0 encoding = 'UTF8' locale = 'C' lc_collate = 'C' lc_ctype = 'C' tablespace = fast allow_connections = true connection limit = 5 is_template = false;
create database port strategy = wal_log locale_provider = icu icu_locale = 'de' icu_rules = '&a < g' collation_version = '1' oid = 20000;
create database port builtin_locale = 'C.UTF-8' locale_provider builtin;
-- => alter_database
alter database port with allow_connections false connection limit 3 is_template true;
alter database port set work_mem = '9MB';
alter database port set search_path from current;
alter database port reset work_mem;
alter database port reset all;
alter database port set tablespace fast;
alter database port refresh collation version;
-- => drop_database
drop database port;
drop database if exists port with (force);
drop database port (force);
-- => create_role
create role clerk;
create role clerk with superuser createdb createrole inherit login replication bypassrls connection limit 4;
create role clerk nosuperuser nocreatedb nocreaterole noinherit nologin noreplication nobypassrls;
create role clerk encrypted password 'x' valid until 'infinity' in role sailors role mate admin boss sysid 100;
create role clerk password null in group sailors user mate;
create user clerk;
create user clerk with password 'x';
create group sailors with user clerk, mate;
-- => alter_role
alter role clerk with nologin;
alter role current_user password null;
alter role session_user connection limit -1;
alter role clerk set work_mem = '4MB';
alter role all set work_mem to default;
alter role clerk in database port set search_path from current;
alter role all in database port reset all;
alter role clerk reset work_mem;
alter user clerk valid until '2030-01-01';
alter user clerk in database port reset work_mem;
alter user all set work_mem = '4MB';
alter group sailors add user clerk, mate;
alter group sailors drop user clerk;
-- => drop_role
drop role clerk;
-- => drop_role, drop_role
drop role if exists clerk, mate;
-- => drop_role
drop user clerk;
drop user if exists clerk;
drop group sailors;
drop group if exists sailors;
-- => create_tablespace
create tablespace fast location '/fast';
create tablespace fast owner harbourmaster location '/fast' with (random_page_cost = 1.1);
-- => alter_tablespace
alter tablespace fast set (seq_page_cost = 2, effective_io_concurrency = 10);
alter tablespace fast reset (seq_page_cost);
-- => drop_tablespace
drop tablespace fast;
drop tablespace if exists fast;
-- => alter_system
alter system set work_mem = '16MB';
alter system set work_mem to default;
alter system reset work_mem;
alter system reset all;
