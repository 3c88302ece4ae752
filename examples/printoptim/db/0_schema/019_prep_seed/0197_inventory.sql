insert into w_warehouses (id, tenant_id, name)
select fn_seed_id('warehouse', number), fn_seed_id('tenant', 1 + number % 4), format('Warehouse %s', number)
from generate_series(1, 8) as number;

insert into w_inventory (tenant_id, warehouse_id, product_id, on_hand, reorder_level)
select products.tenant_id, warehouses.id, products.id, (ascii(right(products.sku, 1)) - 48) * 6, 10
from w_products as products
join w_warehouses as warehouses on warehouses.tenant_id = products.tenant_id;

insert into w_stock_movements (tenant_id, warehouse_id, product_id, kind, quantity, moved_at)
select tenant_id, warehouse_id, product_id, 'receipt', on_hand, timestamptz '2025-01-02 08:00+00'
from w_inventory
where on_hand > 0
order by warehouse_id, product_id;
