create function fn_record_meter_event(of_device uuid, event_kind meter_event_kind, page_counter bigint, at_time timestamptz default now())
returns bigint
language sql
as $$
  insert into w_meter_events (tenant_id, device_id, happened_at, kind, counter)
  select tenant_id, id, at_time, event_kind, page_counter
  from w_devices
  where id = of_device
  returning id
$$;

comment on function fn_record_meter_event(uuid, meter_event_kind, bigint, timestamptz) is 'Command: what a device reports; returns null when there is no such device.';
