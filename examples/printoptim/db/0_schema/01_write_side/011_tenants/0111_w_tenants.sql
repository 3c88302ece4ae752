create table w_tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null generated always as (fn_slugify(name)) stored,
  plan tenant_plan not null default 'trial',
  currency currency_code not null default 'EUR',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_tenants_name_not_blank check (btrim(name) <> ''),
  constraint w_tenants_slug_unique unique (slug)
);

comment on table w_tenants is 'The companies that use PrintOptim. Every other row of the write side belongs to one.';
comment on column w_tenants.slug is 'The name as it stands in URLs.';
