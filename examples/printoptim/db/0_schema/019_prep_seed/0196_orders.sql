insert into w_orders (id, tenant_id, customer_id, ordered_on, reference, status, total)
select
  fn_seed_id('order', number),
  fn_seed_id('tenant', 1 + customer % 4),
  fn_seed_id('customer', customer),
  date '2025-01-01' + (number % 700)::integer,
  format('PO-%s', lpad(number::text, 8, '0')),
  (array['delivered', 'delivered', 'delivered', 'shipped', 'placed', 'cancelled'])[1 + number % 6]::order_status,
  (1 + number % 3) * 42.40
from generate_series(1, greatest(50, fn_seed_rows() / 5)) as number
cross join lateral (select 1 + number % greatest(20, fn_seed_rows() / 100)) as chosen (customer);

-- A product of the same tenant: product numbers go round the tenants as customers do.
insert into w_order_lines (tenant_id, order_id, ordered_on, product_id, quantity, unit_price)
select
  orders.tenant_id,
  orders.id,
  orders.ordered_on,
  products.id,
  1 + length(orders.reference) % 3,
  42.40
from w_orders as orders
join lateral (
  select id from w_products
  where w_products.tenant_id = orders.tenant_id
  order by sku
  limit 1
) as products on true;

insert into w_invoices (tenant_id, customer_id, month, amount, paid_at)
select tenant_id, customer_id, date_trunc('month', ordered_on)::date, sum(total), null
from w_orders
where status = 'delivered'
group by tenant_id, customer_id, date_trunc('month', ordered_on)::date
order by tenant_id, customer_id, 3;
