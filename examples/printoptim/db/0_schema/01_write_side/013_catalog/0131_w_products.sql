create table w_products (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id),
  sku text not null,
  name text not null,
  is_consumable boolean not null default true,
  page_yield integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_products_tenant_key unique (tenant_id, id),
  constraint w_products_sku_once_a_tenant unique (tenant_id, sku),
  constraint w_products_yield_of_consumables check (page_yield is null or (is_consumable and page_yield > 0))
);

comment on table w_products is 'What a tenant sells: toner, drums, paper, service parts.';
comment on column w_products.page_yield is 'Pages a consumable lasts for.';
