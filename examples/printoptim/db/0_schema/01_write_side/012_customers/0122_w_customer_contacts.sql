create table w_customer_contacts (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  customer_id uuid not null,
  full_name text not null,
  email email_address,
  phone text,
  channel contact_channel not null default 'email',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_customer_contacts_customer foreign key (tenant_id, customer_id)
    references w_customers (tenant_id, id) on delete cascade,
  constraint w_customer_contacts_reachable check (email is not null or phone is not null)
);

create index w_customer_contacts_by_customer on w_customer_contacts (tenant_id, customer_id);

comment on table w_customer_contacts is 'People at a customer.';
