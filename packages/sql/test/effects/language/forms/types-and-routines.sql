-- Types, domains, routines and what is built of them.

-- => create_type
create type quay_kind;
create type quay_kind as enum ();
create type quay_kind as enum ('dry', 'wet');
create type quay_type as (id int, name text collate "C");
create type empty_type as ();
create type depth_range as range (subtype = float8);
create type depth_range as range (subtype = float8, subtype_opclass = float8_ops, collation = "C", subtype_diff = float8mi, multirange_type_name = depth_ranges);
create type box3 (input = box3_in, output = box3_out);
create type box3 (input = box3_in, output = box3_out, receive = box3_recv, send = box3_send, typmod_in = box3_typmod_in, analyze = box3_analyze, subscript = box3_subscript, internallength = variable, alignment = double, storage = extended, like = box, category = 'G', preferred = true, default = '0', element = float8, delimiter = ';', collatable = false);
-- => add_enum_value
alter type quay_kind add value 'tidal';
alter type quay_kind add value if not exists 'tidal' before 'wet';
alter type quay_kind add value 'tidal' after 'dry';
-- => rename_enum_value
alter type quay_kind rename value 'wet' to 'afloat';
-- => add_attribute
alter type quay_type add attribute depth int;
alter type quay_type add attribute label text collate "C" cascade;
-- => drop_attribute
alter type quay_type drop attribute depth;
alter type quay_type drop attribute if exists depth restrict;
-- => alter_attribute_type
alter type quay_type alter attribute depth type bigint;
alter type quay_type alter attribute name set data type text collate "C" cascade;
-- => rename_attribute
alter type quay_type rename attribute depth to draught;
alter type quay_type rename attribute depth to draught cascade;
-- => drop_attribute, add_attribute
alter type quay_type drop attribute depth, add attribute depth numeric;
-- => alter_type
alter type box3 set (storage = external, send = none, typmod_in = box3_in);
-- => rename_type
alter type quay_kind rename to kind;
-- => set_object_schema
alter type quay_kind set schema harbour;
alter domain positive set schema harbour;
-- => set_object_owner
alter type quay_kind owner to harbourmaster;
alter domain positive owner to harbourmaster;
-- => drop_type
drop type quay_kind;
drop type if exists harbour.quay_kind cascade;
-- => drop_type, drop_type
drop type quay_kind, quay_type restrict;

-- => create_domain
create domain positive as int;
create domain positive int default 1 constraint above_nought check (value > 0);
create domain label as text collate "C" not null;
create domain label text null check (value <> '') constraint short check (length(value) < 9);
-- => set_domain_default
alter domain positive set default 3;
alter domain positive drop default;
-- => set_domain_not_null
alter domain positive set not null;
-- => drop_domain_not_null
alter domain positive drop not null;
-- => add_domain_constraint
alter domain positive add check (value > 1);
alter domain positive add constraint above_one check (value > 1) not valid;
alter domain positive add constraint given not null;
-- => drop_domain_constraint
alter domain positive drop constraint above_one;
alter domain positive drop constraint if exists above_one cascade;
-- => validate_domain_constraint
alter domain positive validate constraint above_one;
-- => rename_object
alter domain positive rename constraint above_one to over_one;
-- => rename_domain
alter domain positive rename to above_zero;
-- => drop_domain
drop domain positive;
drop domain if exists positive cascade;

-- => create_function
create function deepen(n int) returns int language sql as 'select n + 1';
create function deepen(n int) returns int language sql as $$ select n + 1 $$;
create function deepen(n int default 1, out m int, inout k text = 'x') language plpgsql as $$ begin m := n; end $$;
create function deepen(variadic n int[]) returns setof int language sql immutable strict parallel safe cost 5 rows 100 as 'select unnest(n)';
create function deepen() returns table (id int, name text) language sql stable called on null input security definer as 'select 1, ''a''';
create function deepen() returns quay.depth%type language sql volatile returns null on null input external security invoker as 'select 1';
create function deepen() returns int language c leakproof parallel restricted support deepen_support as 'harbour', 'deepen';
create function deepen() returns trigger language plpgsql set search_path = harbour, pg_temp set work_mem from current as $$ begin return new; end $$;
create function deepen(n int) returns int return n + 1;
create function deepen(n int) returns int begin atomic select n + 1; end;
create function deepen(n int) returns int language internal window not leakproof as 'int4inc';
create function deepen(n int) returns int transform for type hstore language plpython3u as 'return n';
create procedure tidy(inout n int) language plpgsql as $$ begin commit; end $$;
create procedure tidy() begin atomic delete from log; insert into log values (1); end;
create procedure tidy() language sql security definer set role to harbourmaster as 'delete from log';
-- => replace_function
create or replace function deepen(n int) returns int language sql as 'select n + 2';
create or replace procedure tidy() language sql as 'delete from log';
-- => alter_function
alter function deepen(int) immutable;
alter function deepen(int) stable leakproof cost 7 rows 10 parallel unsafe;
alter function deepen called on null input;
alter function deepen(int) strict restrict;
alter function deepen(int) returns null on null input volatile;
alter function deepen(int) security definer;
alter function deepen(int) support deepen_support;
alter function deepen(int) set search_path to harbour;
alter function deepen(int) set work_mem from current;
alter function deepen(int) reset work_mem;
alter function deepen(int) reset all;
alter procedure tidy() security invoker set search_path = harbour;
alter routine tidy() reset all;
-- => rename_object
alter function deepen(int) rename to dredge;
alter procedure tidy() rename to clean;
alter routine tidy() rename to clean;
alter aggregate total(int) rename to sum_all;
alter aggregate total(*) rename to sum_all;
-- => set_object_owner
alter function deepen(int) owner to harbourmaster;
alter procedure tidy() owner to current_user;
alter routine tidy owner to session_user;
alter aggregate total(int) owner to harbourmaster;
-- => set_object_schema
alter function deepen(int) set schema harbour;
alter procedure tidy() set schema harbour;
alter routine tidy() set schema harbour;
alter aggregate total(int order by text) set schema harbour;
-- => depend_on_extension
alter function deepen(int) depends on extension cube;
alter function deepen(int) no depends on extension cube;
alter procedure tidy() depends on extension cube;
alter routine tidy() no depends on extension cube;
-- => drop_function
drop function deepen;
drop function if exists deepen(int, out text) cascade;
drop procedure tidy();
drop procedure if exists tidy(inout n int);
drop routine tidy();
drop aggregate total(int);
drop aggregate if exists total(*) cascade;
-- => drop_function, drop_function
drop function deepen(int), dredge(text) restrict;
drop aggregate total(int), total(text);

-- => create_aggregate
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create aggregate total(*) (sfunc = int8inc, stype = int8, initcond = '0');
create or replace aggregate total(variadic n "any") (sfunc = f, stype = internal, sspace = 64, finalfunc = g, finalfunc_extra, finalfunc_modify = read_only, combinefunc = h, serialfunc = s, deserialfunc = d, msfunc = m, minvfunc = i, mstype = internal, msspace = 8, mfinalfunc = mf, mfinalfunc_extra, mfinalfunc_modify = shareable, minitcond = '1', sortop = >, parallel = safe);
create aggregate middle(float8 order by float8) (sfunc = f, stype = internal, hypothetical);
create aggregate total (basetype = int, sfunc = int4pl, stype = int);

-- => create_operator
create operator === (leftarg = int, rightarg = int, function = int4eq);
create operator harbour.=== (leftarg = int, rightarg = int, procedure = int4eq, commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator !! (rightarg = int, function = int4abs);
-- => alter_operator
alter operator === (int, int) set (restrict = eqsel, join = none);
alter operator === (int, int) set (commutator = ===, negator = !==, hashes, merges);
-- => set_object_owner
alter operator === (int, int) owner to harbourmaster;
alter operator !! (none, int) owner to harbourmaster;
alter operator class near using btree owner to harbourmaster;
alter operator family near using btree owner to harbourmaster;
-- => set_object_schema
alter operator === (int, int) set schema harbour;
alter operator class near using btree set schema harbour;
alter operator family near using btree set schema harbour;
-- => rename_object
alter operator class near using btree rename to close_by;
alter operator family near using btree rename to close_by;
-- => drop_object
drop operator === (int, int);
drop operator if exists !! (none, int) cascade;
drop operator class near using btree;
drop operator class if exists near using btree cascade;
drop operator family near using btree;
drop operator family if exists near using btree restrict;
-- => drop_object, drop_object
drop operator === (int, int), !! (none, int);
-- => create_operator_class
create operator class near for type int using btree as operator 1 <, operator 3 = (int, int), function 1 btint4cmp(int, int);
create operator class near default for type point using gist family far as operator 15 <-> (point, point) for order by pg_catalog.float_ops, function 1 (point, point) f(internal), storage box;
-- => create_operator_family
create operator family near using btree;
-- => alter_operator_family
alter operator family near using btree add operator 1 < (int, bigint), function 1 (int, bigint) btint48cmp(int, bigint);
alter operator family near using btree drop operator 1 (int, bigint), function 1 (int, bigint);
alter operator family near using gist add operator 15 <-> (point, point) for order by float_ops, operator 3 && (box, box) for search;

-- => create_cast
create cast (int as quay_kind) with function to_kind(int);
create cast (int as quay_kind) with function to_kind(int) as assignment;
create cast (int as quay_kind) without function as implicit;
create cast (int as quay_kind) with inout;
-- => create_transform
create transform for hstore language plpython3u (from sql with function a(internal), to sql with function b(internal));
create transform for hstore language plpython3u (from sql with function a(internal));
create or replace transform for hstore language plpython3u (to sql with function b(internal));
-- A language without a handler comes from an extension.
-- => create_extension
create language plharbour;
-- => create_language
create language plharbour handler plharbour_call;
create or replace trusted procedural language plharbour handler plharbour_call inline plharbour_inline validator plharbour_check;
-- => create_access_method
create access method stack type table handler stack_handler;
create access method tree type index handler tree_handler;
-- => create_collation
create collation german (locale = 'de_DE.utf8');
create collation if not exists german (provider = icu, locale = 'de', deterministic = false, rules = '&a < g', version = '1');
create collation german (lc_collate = 'C', lc_ctype = 'C', provider = builtin);
create collation german from "C";
create collation if not exists german from pg_catalog."C";
-- => alter_collation
alter collation german refresh version;
-- => rename_object
alter collation german rename to deutsch;
alter conversion sailor rename to seaman;
alter language plharbour rename to plport;
alter procedural language plharbour rename to plport;
alter text search configuration sea rename to ocean;
alter text search dictionary sea rename to ocean;
alter text search parser sea rename to ocean;
alter text search template sea rename to ocean;
-- => set_object_owner
alter collation german owner to harbourmaster;
alter conversion sailor owner to harbourmaster;
alter language plharbour owner to harbourmaster;
alter text search configuration sea owner to harbourmaster;
alter text search dictionary sea owner to harbourmaster;
-- => set_object_schema
alter collation german set schema harbour;
alter conversion sailor set schema harbour;
alter text search configuration sea set schema harbour;
alter text search dictionary sea set schema harbour;
alter text search parser sea set schema harbour;
alter text search template sea set schema harbour;
-- => create_conversion
create conversion sailor for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
create default conversion harbour.sailor for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
-- => create_text_search_object
create text search configuration sea (parser = default);
create text search configuration sea (copy = pg_catalog.english);
create text search dictionary sea (template = simple, stopwords = 'english');
create text search parser sea (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
create text search template sea (init = dsimple_init, lexize = dsimple_lexize);
-- => alter_text_search_object
alter text search configuration sea add mapping for asciiword, word with simple, english_stem;
alter text search configuration sea alter mapping for word with simple;
alter text search configuration sea alter mapping replace simple with english_stem;
alter text search configuration sea alter mapping for word replace simple with english_stem;
alter text search configuration sea drop mapping if exists for email, url;
alter text search dictionary sea (stopwords = 'french', dictfile);
-- => drop_object
drop cast (int as quay_kind);
drop cast if exists (int as quay_kind) cascade;
drop transform for hstore language plpython3u;
drop transform if exists for hstore language plpython3u cascade;
drop language plharbour;
drop procedural language if exists plharbour cascade;
drop access method tree;
drop access method if exists tree cascade;
drop collation german;
drop collation if exists german cascade;
drop conversion sailor;
drop conversion if exists sailor;
drop text search configuration sea;
drop text search dictionary if exists sea cascade;
drop text search parser sea;
drop text search template if exists sea;
