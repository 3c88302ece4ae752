create function fn_project_customer_activity() returns trigger
language plpgsql
as $$
begin
  insert into r_customer_activity as activity (tenant_id, customer_id, orders, last_order_on)
  select tenant_id, customer_id, count(*), max(ordered_on)
  from placed
  group by tenant_id, customer_id
  on conflict (tenant_id, customer_id) do update
  set
    orders = activity.orders + excluded.orders,
    last_order_on = greatest(activity.last_order_on, excluded.last_order_on),
    projected_at = now();
  return null;
end
$$;

comment on function fn_project_customer_activity() is 'Statement trigger: counts new orders into r_customer_activity.';

create trigger w_orders_project after insert on w_orders
  referencing new table as placed for each statement execute function fn_project_customer_activity();
