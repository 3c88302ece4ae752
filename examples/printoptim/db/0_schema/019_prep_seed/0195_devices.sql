insert into w_devices (id, tenant_id, site_id, model_id, serial_number, status, installed_on)
select
  fn_seed_id('device', number),
  fn_seed_id('tenant', 1 + number % 4),
  fn_seed_id('site', 1 + (number - 1) % greatest(20, fn_seed_rows() / 100)),
  fn_seed_id('model', 1 + number % 12),
  format('SN%s', lpad(number::text, 8, '0')),
  case when number % 25 = 0 then 'in_repair' else 'installed' end::device_status,
  date '2025-01-01' + (number % 300)::integer
from generate_series(1, greatest(20, fn_seed_rows() / 100)) as number;

insert into w_contracts (tenant_id, device_id, period, price_per_page, included_pages)
select tenant_id, id, daterange(installed_on, installed_on + 730), 0.012, 2000
from w_devices;
