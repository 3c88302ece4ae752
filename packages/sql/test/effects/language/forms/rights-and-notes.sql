-- Comments, labels, rights and ownership.

-- => comment
comment on access method tree is 'a tree';
comment on aggregate total(int) is 'all of them';
comment on aggregate total(*) is null;
comment on cast (int as quay_kind) is 'by number';
comment on collation german is 'ä behind a';
comment on column quay.depth is 'in metres';
comment on column harbour.quay.depth is null;
comment on constraint deep on quay is 'not shallow';
comment on constraint above_nought on domain positive is 'more than none';
comment on conversion sailor is 'for old files';
comment on database port is 'all of it';
comment on domain positive is 'above nought';
comment on extension cube is 'cubes';
comment on event trigger watch is 'looks on';
comment on foreign data wrapper wrapper is 'wraps';
comment on foreign table far_quay is 'far away';
comment on function deepen(int) is 'one more';
comment on function deepen is null;
comment on index quay_name_idx is 'by name';
comment on large object 16405 is 'a chart';
comment on materialized view quay_totals is 'summed up';
comment on operator === (int, int) is 'the same';
comment on operator !! (none, int) is null;
comment on operator class near using btree is 'near';
comment on operator family near using btree is 'near';
comment on policy own on quay is 'own only';
comment on language plharbour is 'ours';
comment on procedural language plharbour is null;
comment on procedure tidy() is 'tidies';
comment on publication news is 'what is new';
comment on role harbourmaster is 'in charge';
comment on routine tidy() is 'tidies';
comment on rule keep on quay is 'keeps';
comment on schema harbour is 'the harbour';
comment on sequence quay_numbers is 'numbers';
comment on server remote is 'elsewhere';
comment on statistics quay_stats is 'together';
comment on subscription reader is 'reads';
comment on table quay is 'where ships lie';
comment on tablespace fast is 'quick';
comment on text search configuration sea is 's';
comment on text search dictionary sea is 's';
comment on text search parser sea is 's';
comment on text search template sea is null;
comment on transform for hstore language plpython3u is 'both ways';
comment on trigger on_change on quay is 'notes it';
comment on type quay_kind is 'kinds';
comment on view deep_quays is 'deep ones';

-- => security_label
security label on table quay is 'open';
security label for guard on table quay is null;
security label on column quay.depth is 'open';
security label on aggregate total(int) is 'open';
security label on database port is 'open';
security label on domain positive is 'open';
security label on event trigger watch is 'open';
security label on foreign table far_quay is 'open';
security label on function deepen(int) is 'open';
security label on large object 16405 is 'open';
security label on materialized view quay_totals is 'open';
security label on procedural language plharbour is 'open';
security label on procedure tidy() is 'open';
security label on publication news is 'open';
security label on role harbourmaster is 'open';
security label on routine tidy() is 'open';
security label on schema harbour is 'open';
security label on sequence quay_numbers is 'open';
security label on subscription reader is 'open';
security label on tablespace fast is 'open';
security label on type quay_kind is 'open';
security label on view deep_quays is 'open';

-- => grant
grant select on quay to clerk;
grant select, insert, update, delete, truncate, references, trigger, maintain on table quay to clerk with grant option;
grant all on quay to public;
grant all privileges on all tables in schema harbour to clerk;
grant select (id, name), update (name), insert (id), references (id) on quay to clerk;
grant all privileges (id) on quay to clerk granted by current_user;
grant usage, select, update on sequence quay_numbers to clerk;
grant all on all sequences in schema harbour to clerk;
grant create, connect, temporary, temp on database port to clerk;
grant usage on domain positive to clerk;
grant usage on foreign data wrapper wrapper to clerk;
grant usage on foreign server remote to clerk;
grant execute on function deepen(int) to clerk;
grant all on procedure tidy() to clerk;
grant execute on routine tidy() to clerk;
grant execute on all functions in schema harbour to clerk;
grant execute on all procedures in schema harbour to clerk;
grant execute on all routines in schema harbour to clerk;
grant usage on language plharbour to clerk;
grant select, update on large object 16405 to clerk;
grant set, alter system on parameter work_mem to clerk;
grant create, usage on schema harbour to clerk, group sailors;
grant create on tablespace fast to clerk;
grant usage on type quay_kind to clerk granted by session_user;
-- => grant, grant
grant select on quay, berth to clerk, sailor;
grant execute on function deepen(int), dredge(text) to clerk;
grant usage on schema harbour, port to clerk;
-- => revoke
revoke select on quay from clerk;
revoke grant option for select, insert on quay from clerk cascade;
revoke all privileges on quay from public restrict;
revoke all on all tables in schema harbour from clerk;
revoke update (name) on quay from clerk;
revoke usage on sequence quay_numbers from clerk;
revoke all on all sequences in schema harbour from clerk;
revoke connect on database port from public;
revoke usage on domain positive from clerk;
revoke usage on foreign data wrapper wrapper from clerk;
revoke usage on foreign server remote from clerk;
revoke execute on function deepen(int) from public;
revoke execute on all functions in schema harbour from clerk;
revoke execute on procedure tidy() from clerk;
revoke execute on routine tidy() from clerk granted by current_role;
revoke usage on language plharbour from clerk;
revoke update on large object 16405 from clerk;
revoke grant option for set on parameter work_mem from clerk;
revoke create on schema public from public;
revoke create on tablespace fast from clerk;
revoke usage on type quay_kind from clerk;
-- => grant_role
grant sailors to clerk;
-- => grant_role, grant_role
grant sailors, captains to clerk, harbourmaster with admin option;
-- => grant_role
grant sailors to clerk with inherit true, set false granted by current_user;
grant sailors to clerk with admin true;
-- => revoke_role
revoke sailors from clerk;
revoke admin option for sailors from clerk granted by harbourmaster cascade;
revoke inherit option for sailors from clerk restrict;
revoke set option for sailors from clerk;

-- => alter_default_privileges
alter default privileges grant select on tables to clerk;
alter default privileges for role harbourmaster in schema harbour, port grant all on tables to clerk with grant option;
alter default privileges for user harbourmaster grant usage on sequences to clerk;
alter default privileges grant execute on functions to clerk;
alter default privileges grant execute on routines to clerk;
alter default privileges grant usage on types to clerk;
alter default privileges grant usage, create on schemas to clerk;
alter default privileges grant select, update on large objects to clerk;
alter default privileges revoke grant option for select on tables from clerk cascade;
alter default privileges revoke execute on functions from public;
alter default privileges in schema harbour revoke all on sequences from clerk;

-- => reassign_owned
reassign owned by clerk to harbourmaster;
reassign owned by clerk, current_user to session_user;
-- => drop_owned
drop owned by clerk;
drop owned by clerk, current_role cascade;
drop owned by clerk restrict;

-- => set_object_owner
alter large object 16405 owner to harbourmaster;
alter database port owner to harbourmaster;
alter tablespace fast owner to harbourmaster;
-- => rename_object
alter role clerk rename to scribe;
alter user clerk rename to scribe;
alter group sailors rename to crew;
alter tablespace fast rename to faster;
alter database port rename to haven;
