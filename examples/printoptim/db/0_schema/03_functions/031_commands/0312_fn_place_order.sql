create function fn_place_order(for_customer uuid, order_reference text, lines order_line_input[]) returns uuid
language plpgsql
as $$
declare
  tenant constant uuid := fn_current_tenant_id();
  new_order_id uuid;
  order_total money_amount;
begin
  if coalesce(cardinality(lines), 0) = 0 then
    raise exception 'an order needs a line' using errcode = 'check_violation';
  end if;

  insert into w_orders (tenant_id, customer_id, reference, status)
  values (tenant, for_customer, order_reference, 'placed')
  returning id into new_order_id;

  insert into w_order_lines (tenant_id, order_id, ordered_on, product_id, quantity, unit_price)
  select tenant, new_order_id, current_date, line.product_id, line.quantity, prices.amount
  from unnest(lines) as line
  join w_prices as prices on prices.product_id = line.product_id and prices.valid @> current_date;

  select coalesce(sum(quantity * unit_price), 0) into order_total
  from w_order_lines
  where order_id = new_order_id and ordered_on = current_date;

  update w_orders set total = order_total where id = new_order_id and ordered_on = current_date;
  return new_order_id;
end
$$;

comment on function fn_place_order(uuid, text, order_line_input[]) is 'Command: an order at today''s prices; returns its id.';
