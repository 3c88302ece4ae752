create table w_customers (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id),
  name text not null,
  legacy_code text,
  account_manager_id uuid,
  credit_limit money_amount not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_customers_tenant_key unique (tenant_id, id),
  constraint w_customers_name_not_blank check (btrim(name) <> ''),
  constraint w_customers_account_manager foreign key (tenant_id, account_manager_id) references w_users (tenant_id, id)
);

create index w_customers_by_name on w_customers using gin (name gin_trgm_ops);

comment on table w_customers is 'Customers of a tenant. Keys of children hold the tenant too, so that no row can point into another tenant.';
comment on column w_customers.legacy_code is 'Number in the system before this one; nobody reads it any more.';
