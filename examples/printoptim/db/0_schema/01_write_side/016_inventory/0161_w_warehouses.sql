create table w_warehouses (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id),
  name text not null,
  constraint w_warehouses_tenant_key unique (tenant_id, id),
  constraint w_warehouses_name_once_a_tenant unique (tenant_id, name)
);

comment on table w_warehouses is 'Where a tenant keeps its stock.';
