create table w_prices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  product_id uuid not null,
  amount money_amount not null,
  valid daterange not null default daterange(current_date, null),
  constraint w_prices_product foreign key (tenant_id, product_id) references w_products (tenant_id, id) on delete cascade,
  constraint w_prices_not_empty check (not isempty(valid)),
  constraint w_prices_one_at_a_time exclude using gist (product_id with =, valid with &&)
);

comment on table w_prices is 'Prices over time; a product has at most one on any day.';
