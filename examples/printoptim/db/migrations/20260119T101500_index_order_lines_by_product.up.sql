-- Writers go on while this is built. It cannot run in a transaction and is run alone, without a word from us.
create index concurrently w_order_lines_by_product on w_order_lines (tenant_id, product_id);

comment on index w_order_lines_by_product is 'Who ordered this product?';
