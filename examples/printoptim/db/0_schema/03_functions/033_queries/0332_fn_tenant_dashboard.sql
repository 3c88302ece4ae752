create function fn_tenant_dashboard() returns jsonb
language sql stable
as $$
  select jsonb_build_object(
    'customers', (select count(*) from w_customers where tenant_id = fn_current_tenant_id()),
    'devices', (select count(*) from w_devices where tenant_id = fn_current_tenant_id() and status <> 'retired'),
    'openOrders', (select count(*) from r_open_orders),
    'lowStock', (select count(*) from r_low_stock)
  )
$$;

comment on function fn_tenant_dashboard() is 'Query: the numbers on a tenant''s first page.';
