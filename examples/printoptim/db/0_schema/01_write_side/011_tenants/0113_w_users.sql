create table w_users (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id) on delete cascade,
  email email_address not null,
  display_name text not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_users_email_once_a_tenant unique (tenant_id, email),
  constraint w_users_tenant_key unique (tenant_id, id)
);

comment on table w_users is 'People who sign in for a tenant.';
