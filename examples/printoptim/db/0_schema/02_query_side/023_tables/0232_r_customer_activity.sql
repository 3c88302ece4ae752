create table r_customer_activity (
  tenant_id uuid not null,
  customer_id uuid not null,
  orders integer not null default 0,
  last_order_on date,
  projected_at timestamptz not null default now(),
  primary key (tenant_id, customer_id)
);

create index r_customer_activity_recent on r_customer_activity (tenant_id, last_order_on desc nulls last);

comment on table r_customer_activity is 'When a customer last ordered, kept by fn_project_customer_activity.';
