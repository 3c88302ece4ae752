create view r_open_orders with (security_barrier) as
select
  orders.tenant_id,
  orders.id as order_id,
  orders.reference,
  orders.ordered_on,
  orders.status,
  customers.name as customer,
  orders.total
from w_orders as orders
join w_customers as customers on customers.id = orders.customer_id
where orders.status in ('draft', 'placed', 'shipped')
  and orders.tenant_id = fn_current_tenant_id();

comment on view r_open_orders is 'Orders of the session''s tenant that have not arrived.';
