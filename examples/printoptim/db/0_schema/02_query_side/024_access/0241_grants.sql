-- The application writes the write side; whoever reads, reads the read side.
do $$
declare
  target record;
begin
  for target in
    select oid::regclass as name, relname
    from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace
      and relkind in ('r', 'p', 'v', 'm')
      and not relispartition
      and relname ~ '^[wr]_'
    order by relname
  loop
    if target.relname like 'w\_%' then
      execute format('grant select, insert, update, delete on %s to printoptim_app', target.name);
    else
      execute format('grant select on %s to printoptim_app, printoptim_reader', target.name);
    end if;
  end loop;
end
$$;
