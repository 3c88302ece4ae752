create view r_low_stock with (security_barrier) as
select
  inventory.tenant_id,
  warehouses.name as warehouse,
  products.sku,
  products.name as product,
  inventory.on_hand,
  inventory.reorder_level
from w_inventory as inventory
join w_warehouses as warehouses on warehouses.id = inventory.warehouse_id
join w_products as products on products.id = inventory.product_id
where inventory.on_hand <= inventory.reorder_level
  and inventory.tenant_id = fn_current_tenant_id();

comment on view r_low_stock is 'What the session''s tenant should reorder.';
