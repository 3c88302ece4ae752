create function fn_cancel_order(cancelled_order uuid) returns boolean
language sql
as $$
  with changed as (
    update w_orders
    set status = 'cancelled'
    where id = cancelled_order
      and tenant_id = fn_current_tenant_id()
      and status in ('draft', 'placed')
    returning id
  )
  select exists (select from changed)
$$;

comment on function fn_cancel_order(uuid) is 'Command: true when the order could still be cancelled.';
