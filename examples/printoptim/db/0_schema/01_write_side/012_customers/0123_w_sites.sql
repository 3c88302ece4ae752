create table w_sites (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  customer_id uuid not null,
  name text not null,
  street text,
  city text,
  country country_code,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_sites_tenant_key unique (tenant_id, id),
  constraint w_sites_customer foreign key (tenant_id, customer_id) references w_customers (tenant_id, id)
);

create index w_sites_by_customer on w_sites (tenant_id, customer_id);

comment on table w_sites is 'Buildings of a customer in which devices stand.';
