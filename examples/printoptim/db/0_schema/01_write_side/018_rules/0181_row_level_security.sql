-- Every table with a tenant_id shows a session the rows of its own tenant only. Partitions are reached through their
-- parents, whose policies count.
do $$
declare
  target record;
begin
  for target in
    select class.oid::regclass as name, class.relname
    from pg_catalog.pg_class as class
    join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attname = 'tenant_id'
    where class.relnamespace = 'public'::regnamespace
      and class.relkind in ('r', 'p')
      and not class.relispartition
      and class.relname like 'w\_%'
    order by class.relname
  loop
    execute format('alter table %s enable row level security', target.name);
    execute format(
      'create policy %I on %s for all to printoptim_app using (tenant_id = fn_current_tenant_id()) with check (tenant_id = fn_current_tenant_id())',
      target.relname || '_own_tenant', target.name
    );
  end loop;
end
$$;

alter table w_tenants enable row level security;

create policy w_tenants_own on w_tenants for select to printoptim_app using (id = fn_current_tenant_id());
comment on policy w_tenants_own on w_tenants is 'A session sees the one tenant it works for.';
