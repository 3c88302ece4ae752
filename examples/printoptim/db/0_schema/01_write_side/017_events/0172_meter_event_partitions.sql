select fn_ensure_month_partitions('w_meter_events', date '2025-01-01', 24);

create table w_meter_events_other partition of w_meter_events default;
comment on table w_meter_events_other is 'Events of months that have no partition yet.';
