create table w_orders (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null references w_tenants (id),
  customer_id uuid not null,
  ordered_on date not null default current_date,
  reference text not null,
  status order_status not null default 'draft',
  total money_amount not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (id, ordered_on),
  constraint w_orders_customer foreign key (tenant_id, customer_id) references w_customers (tenant_id, id)
) partition by range (ordered_on);

create index w_orders_by_customer on w_orders (tenant_id, customer_id, ordered_on desc);

comment on table w_orders is 'Orders of supplies, by month.';
comment on column w_orders.total is 'Sum of the lines, kept by the functions that write them.';
