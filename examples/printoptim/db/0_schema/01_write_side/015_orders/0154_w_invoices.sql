create sequence w_invoices_number_seq as bigint start with 100001;

create table w_invoices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  customer_id uuid not null,
  number bigint not null default nextval('w_invoices_number_seq'),
  month date not null,
  amount money_amount not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_invoices_customer foreign key (tenant_id, customer_id) references w_customers (tenant_id, id),
  constraint w_invoices_number_once_a_tenant unique (tenant_id, number),
  constraint w_invoices_first_of_month check (extract(day from month) = 1)
);

alter sequence w_invoices_number_seq owned by w_invoices.number;

create index w_invoices_unpaid on w_invoices (tenant_id, month) where paid_at is null;

comment on table w_invoices is 'One invoice a customer and month.';
