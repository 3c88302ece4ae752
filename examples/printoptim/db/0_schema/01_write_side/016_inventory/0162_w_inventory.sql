create table w_inventory (
  tenant_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  on_hand integer not null default 0,
  reorder_level integer not null default 10,
  updated_at timestamptz not null default now(),
  primary key (warehouse_id, product_id),
  constraint w_inventory_warehouse foreign key (tenant_id, warehouse_id) references w_warehouses (tenant_id, id),
  constraint w_inventory_product foreign key (tenant_id, product_id) references w_products (tenant_id, id),
  constraint w_inventory_never_negative check (on_hand >= 0)
);

comment on table w_inventory is 'How much of a product a warehouse holds.';
