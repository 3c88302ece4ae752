-- Who ordered this product? Nobody can write to w_order_lines while this index is built.
create index w_order_lines_by_product on w_order_lines (tenant_id, product_id, id);
