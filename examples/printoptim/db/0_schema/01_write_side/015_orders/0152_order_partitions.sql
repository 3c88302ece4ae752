select fn_ensure_month_partitions('w_orders', date '2025-01-01', 24);

create table w_orders_other partition of w_orders default;
comment on table w_orders_other is 'Orders of months that have no partition yet.';
