do $$
declare
  target record;
begin
  for target in
    select class.oid::regclass as name, class.relname
    from pg_catalog.pg_class as class
    join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attname = 'updated_at'
    where class.relnamespace = 'public'::regnamespace
      and class.relkind in ('r', 'p')
      and not class.relispartition
      and class.relname like 'w\_%'
    order by class.relname
  loop
    execute format(
      'create trigger %I before update on %s for each row execute function fn_touch_updated_at()',
      target.relname || '_touch', target.name
    );
  end loop;
end
$$;
