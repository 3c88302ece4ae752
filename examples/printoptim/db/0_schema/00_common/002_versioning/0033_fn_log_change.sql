create function fn_log_change() returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
  columns text[] := '{}';
begin
  if tg_op = 'UPDATE' then
    select coalesce(array_agg(before.key order by before.key), '{}')
    into columns
    from jsonb_each(to_jsonb(old)) as before
    join jsonb_each(to_jsonb(new)) as after using (key)
    where before.value is distinct from after.value
      and before.key <> 'updated_at';
    if columns = '{}' then
      return null;
    end if;
  end if;

  insert into entity_change_log (entity, entity_id, operation, changed_columns)
  values (tg_table_name, case when tg_op = 'DELETE' then old.id else new.id end, lower(tg_op), columns);
  return null;
end
$$;

comment on function fn_log_change() is 'Row trigger: writes entity_change_log. It runs as its owner, for nobody else may write there.';
