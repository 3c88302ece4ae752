-- Schemas, extensions, replication, foreign data.

-- => create_schema
create schema harbour;
create schema if not exists harbour;
create schema authorization harbourmaster;
create schema harbour authorization current_user;
create schema if not exists harbour authorization session_user;
-- => create_schema, create_table, create_view, create_index, create_sequence, create_trigger, grant
create schema harbour
  create table quay (id int)
  create view quays as select * from quay
  create index on quay (id)
  create sequence numbers
  create trigger t after insert on quay execute function f()
  grant select on quay to public;
-- => rename_schema
alter schema harbour rename to port;
-- => set_object_owner
alter schema harbour owner to harbourmaster;
-- => drop_schema
drop schema harbour;
drop schema if exists harbour cascade;
-- => drop_schema, drop_schema
drop schema harbour, port restrict;

-- => create_extension
create extension cube;
create extension if not exists cube with schema harbour version '1.5' cascade;
create extension "uuid-ossp" schema public;
-- => update_extension
alter extension cube update;
alter extension cube update to '1.6';
-- => alter_extension
alter extension cube add access method tree;
alter extension cube add aggregate total(int);
alter extension cube add cast (int as text);
alter extension cube add collation german;
alter extension cube add conversion sailor;
alter extension cube add domain positive;
alter extension cube add event trigger watch;
alter extension cube add foreign data wrapper wrapper;
alter extension cube add foreign table far_quay;
alter extension cube add function deepen(int);
alter extension cube add materialized view quay_totals;
alter extension cube add operator === (int, int);
alter extension cube add operator class near using btree;
alter extension cube add operator family near using btree;
alter extension cube add procedural language plharbour;
alter extension cube add procedure tidy();
alter extension cube add routine tidy();
alter extension cube add schema harbour;
alter extension cube add sequence quay_numbers;
alter extension cube add server remote;
alter extension cube add table quay;
alter extension cube add text search configuration sea;
alter extension cube add text search dictionary sea;
alter extension cube add text search parser sea;
alter extension cube add text search template sea;
alter extension cube add transform for hstore language plpython3u;
alter extension cube add type quay_kind;
alter extension cube add view deep_quays;
alter extension cube drop table quay;
alter extension cube drop function deepen;
alter extension cube drop view deep_quays;
-- => set_object_schema
alter extension cube set schema harbour;
-- => drop_extension
drop extension cube;
drop extension if exists cube cascade;
-- => drop_extension, drop_extension
drop extension cube, hstore;

-- => create_publication
create publication news;
create publication news for all tables;
create publication news for table quay, only berth, mooring *;
create publication news for table quay (id, name) where (depth > 3), table berth;
create publication news for tables in schema harbour, current_schema;
create publication news for table quay, tables in schema harbour with (publish = 'insert, update', publish_via_partition_root = true, publish_generated_columns = stored);
-- => alter_publication
alter publication news add table quay, only berth;
alter publication news add tables in schema harbour;
alter publication news set table quay (id) where (depth > 1), tables in schema harbour;
alter publication news drop table quay;
alter publication news drop tables in schema harbour, current_schema;
alter publication news set (publish = 'delete');
-- => set_object_owner
alter publication news owner to harbourmaster;
alter subscription reader owner to harbourmaster;
-- => rename_object
alter publication news rename to notices;
alter subscription reader rename to listener;
-- => drop_publication
drop publication news;
drop publication if exists news cascade;

-- => create_subscription
create subscription reader connection 'host=elsewhere' publication news;
create subscription reader connection 'host=elsewhere' publication news, notices with (connect = false, enabled = false, create_slot = false, slot_name = none, copy_data = false, binary, streaming = parallel, two_phase = true, disable_on_error, origin = none, failover);
-- => alter_subscription
alter subscription reader connection 'host=other';
alter subscription reader set publication news;
alter subscription reader set publication news, notices with (refresh = false, copy_data = true);
alter subscription reader add publication notices with (refresh = false);
alter subscription reader drop publication notices with (refresh = true);
alter subscription reader refresh publication;
alter subscription reader refresh publication with (copy_data = false);
alter subscription reader enable;
alter subscription reader disable;
alter subscription reader set (synchronous_commit = off, slot_name = 'reader');
alter subscription reader skip (lsn = '0/14C0378');
alter subscription reader skip (lsn = none);
-- => drop_subscription
drop subscription reader;
drop subscription if exists reader cascade;

-- => create_foreign_data_wrapper
create foreign data wrapper wrapper;
create foreign data wrapper wrapper handler wrap_handler validator wrap_validator options (debug 'true');
create foreign data wrapper wrapper no handler no validator;
-- => alter_foreign_data_wrapper
alter foreign data wrapper wrapper handler other_handler;
alter foreign data wrapper wrapper no handler no validator;
alter foreign data wrapper wrapper validator other_validator options (add a '1', set b '2', drop c);
-- => set_object_owner
alter foreign data wrapper wrapper owner to harbourmaster;
alter server remote owner to harbourmaster;
-- => rename_object
alter foreign data wrapper wrapper rename to wrap;
alter server remote rename to afar;
-- => create_foreign_server
create server remote foreign data wrapper wrapper;
create server if not exists remote type 'postgres' version '18' foreign data wrapper wrapper options (host 'h', dbname 'd');
-- => alter_foreign_server
alter server remote version '19';
alter server remote version '19' options (set host 'k', drop port);
alter server remote options (add port '5433');
-- => create_user_mapping
create user mapping for public server remote;
create user mapping if not exists for harbourmaster server remote options (user 'u');
create user mapping for current_user server remote;
create user mapping for user server remote;
-- => alter_user_mapping
alter user mapping for session_user server remote options (set user 'v');
-- => drop_user_mapping
drop user mapping for harbourmaster server remote;
drop user mapping if exists for public server remote;
-- => drop_object
drop foreign data wrapper wrapper;
drop foreign data wrapper if exists wrapper cascade;
drop server remote;
drop server if exists remote cascade;
-- => drop_object, drop_object
drop server remote, other;
