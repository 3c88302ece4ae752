create table w_stock_movements (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references w_tenants (id),
  warehouse_id uuid not null,
  product_id uuid not null,
  kind stock_movement_kind not null,
  quantity integer not null,
  moved_at timestamptz not null default now(),
  constraint w_stock_movements_stock foreign key (warehouse_id, product_id)
    references w_inventory (warehouse_id, product_id),
  constraint w_stock_movements_something check (quantity <> 0),
  constraint w_stock_movements_sign check (
    (kind = 'receipt' and quantity > 0) or (kind = 'issue' and quantity < 0) or kind in ('transfer', 'correction')
  )
);

create index w_stock_movements_by_time on w_stock_movements using brin (moved_at);

comment on table w_stock_movements is 'Every change of a stock; w_inventory is their sum.';
