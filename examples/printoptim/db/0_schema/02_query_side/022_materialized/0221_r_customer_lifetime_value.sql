create materialized view r_customer_lifetime_value as
select
  customers.tenant_id,
  customers.id as customer_id,
  count(orders.id) as orders,
  coalesce(sum(orders.total), 0)::numeric(16, 2) as revenue,
  min(orders.ordered_on) as first_order_on,
  max(orders.ordered_on) as last_order_on
from w_customers as customers
left join w_orders as orders on orders.customer_id = customers.id and orders.status <> 'cancelled'
group by customers.tenant_id, customers.id
with no data;

-- Unique, so that it can be refreshed concurrently.
create unique index r_customer_lifetime_value_key on r_customer_lifetime_value (tenant_id, customer_id);

comment on materialized view r_customer_lifetime_value is 'What a customer has ordered so far.';
