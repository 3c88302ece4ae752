create table w_tenant_settings (
  tenant_id uuid not null references w_tenants (id) on delete cascade,
  key text not null,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, key),
  constraint w_tenant_settings_key_form check (key ~ '^[a-z][a-z0-9_.]*$')
);

comment on table w_tenant_settings is 'What a tenant has set differently from the defaults.';
