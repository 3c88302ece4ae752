insert into w_meter_events (tenant_id, device_id, happened_at, kind, counter)
select
  fn_seed_id('tenant', 1 + device % 4),
  fn_seed_id('device', device),
  timestamptz '2025-01-01 06:00+00' + make_interval(mins => (number * 7 % 1000000)::integer),
  case when number % 40 = 0 then 'toner_low' when number % 150 = 0 then 'paper_jam' else 'reading' end::meter_event_kind,
  number * 3
from generate_series(1, greatest(100, fn_seed_rows() * 3 / 5)) as number
cross join lateral (select 1 + number % greatest(20, fn_seed_rows() / 100)) as chosen (device);
