create table w_order_lines (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  order_id uuid not null,
  ordered_on date not null,
  product_id uuid not null,
  quantity positive_quantity not null,
  unit_price money_amount not null,
  constraint w_order_lines_order foreign key (order_id, ordered_on)
    references w_orders (id, ordered_on) on delete cascade,
  constraint w_order_lines_product foreign key (tenant_id, product_id) references w_products (tenant_id, id)
);

create index w_order_lines_by_order on w_order_lines (order_id, ordered_on);

comment on table w_order_lines is 'What was ordered, at which price.';
comment on column w_order_lines.ordered_on is 'The order''s day: part of its key, because orders are partitioned by it.';
