-- Triggers, rules, policies, event triggers and extended statistics.

-- => create_trigger
create trigger on_change before insert on quay for each row execute function note_change();
create trigger on_change after update of depth, name on quay for each row when (old.depth is distinct from new.depth) execute function note_change();
create trigger on_change after delete or truncate on quay execute procedure note_change('a', 1, 2.5, b);
create trigger on_change after insert on quay referencing new table as added for each statement execute function note_change();
create trigger on_change after update on quay referencing old table as was new table as now for each statement execute function note_change();
create trigger on_change instead of insert or update or delete on deep_quays for each row execute function note_change();
create constraint trigger on_change after insert on quay deferrable initially deferred for each row execute function note_change();
create constraint trigger on_change after update on quay from harbour not deferrable initially immediate for each row execute function note_change();
-- => replace_trigger
create or replace trigger on_change before insert on quay for each row execute function note_change();
-- => drop_trigger
drop trigger on_change on quay;
drop trigger if exists on_change on harbour.quay cascade;
-- => rename_trigger
alter trigger on_change on quay rename to on_any_change;
-- => depend_on_extension
alter trigger on_change on quay depends on extension cube;
alter trigger on_change on quay no depends on extension cube;

-- => create_rule
create rule keep as on delete to quay do instead nothing;
create rule keep as on insert to quay where new.depth > 3 do also insert into log values (new.id);
create rule keep as on update to quay do (insert into log values (1); delete from log where id = 2);
create rule "_RETURN" as on select to shell do instead select * from quay;
create rule tell as on insert to quay do also notify quays;
-- => replace_rule
create or replace rule keep as on delete to quay do instead nothing;
-- => drop_rule
drop rule keep on quay;
drop rule if exists keep on quay cascade;
-- => rename_rule
alter rule keep on quay rename to hold;

-- => create_policy
create policy own on quay;
create policy own on quay as permissive for all to public using (owner = current_user) with check (depth > 0);
create policy own on quay as restrictive for select to harbourmaster, current_user using (true);
create policy own on quay for insert with check (true);
create policy own on quay for update to session_user using (true) with check (true);
create policy own on quay for delete using (false);
-- => alter_policy
alter policy own on quay to harbourmaster;
alter policy own on quay to current_role using (depth > 1) with check (depth > 2);
-- => rename_policy
alter policy own on quay rename to mine;
-- => drop_policy
drop policy own on quay;
drop policy if exists own on quay restrict;

-- => create_event_trigger
create event trigger watch on ddl_command_start execute function note_ddl();
create event trigger watch on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute procedure note_ddl();
create event trigger watch on sql_drop execute function note_ddl();
create event trigger watch on table_rewrite execute function note_ddl();
create event trigger watch on login execute function note_ddl();
-- => alter_event_trigger
alter event trigger watch disable;
alter event trigger watch enable;
alter event trigger watch enable replica;
alter event trigger watch enable always;
-- => set_object_owner
alter event trigger watch owner to harbourmaster;
-- => rename_object
alter event trigger watch rename to look;
-- => drop_event_trigger
drop event trigger watch;
drop event trigger if exists watch cascade;

-- => create_statistics
create statistics quay_stats on depth, name from quay;
create statistics if not exists quay_stats (ndistinct, dependencies, mcv) on depth, name from quay;
create statistics on (lower(name)), (depth % 10) from quay;
create statistics quay_stats on (lower(name)) from quay;
-- => alter_statistics
alter statistics quay_stats set statistics 300;
alter statistics if exists quay_stats set statistics default;
-- => set_object_owner
alter statistics quay_stats owner to harbourmaster;
-- => rename_object
alter statistics quay_stats rename to stats;
-- => set_object_schema
alter statistics quay_stats set schema harbour;
-- => drop_statistics
drop statistics quay_stats;
drop statistics if exists quay_stats cascade;
-- => drop_statistics, drop_statistics
drop statistics quay_stats, berth_stats;
