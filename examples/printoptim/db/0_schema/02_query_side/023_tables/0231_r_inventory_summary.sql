create table r_inventory_summary (
  tenant_id uuid not null,
  product_id uuid not null,
  on_hand bigint not null default 0,
  warehouses integer not null default 0,
  projected_at timestamptz not null default now(),
  primary key (tenant_id, product_id)
);

comment on table r_inventory_summary is 'Stock of a product over all warehouses, kept by fn_project_inventory.';
