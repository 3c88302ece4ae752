-- Who ordered this product? Everybody goes on writing to w_order_lines while this index is built.
create index concurrently w_order_lines_by_product on w_order_lines (tenant_id, product_id, id);
