create type order_line_input as (
  product_id uuid,
  quantity integer
);
comment on type order_line_input is 'One line as fn_place_order takes it.';
