insert into w_customers (id, tenant_id, name, legacy_code, account_manager_id, credit_limit)
select
  fn_seed_id('customer', number),
  fn_seed_id('tenant', 1 + number % 4),
  format('%s %s', (array['Atelier', 'Cabinet', 'Hotel', 'School', 'Clinic', 'Studio'])[1 + number % 6], number),
  case when number % 3 = 0 then format('L-%s', number) end,
  fn_seed_id('user', 4 + number % 4),
  1000 * (1 + number % 9)
from generate_series(1, greatest(20, fn_seed_rows() / 100)) as number;

insert into w_customer_contacts (tenant_id, customer_id, full_name, email, phone, channel)
select
  tenant_id,
  id,
  'Contact of ' || name,
  'office@' || fn_slugify(name) || '.example',
  null,
  'email'
from w_customers;

insert into w_sites (id, tenant_id, customer_id, name, city, country)
select
  fn_seed_id('site', number),
  fn_seed_id('tenant', 1 + number % 4),
  fn_seed_id('customer', number),
  'Main building',
  (array['Lyon', 'Malmö', 'Gdańsk', 'Bratislava'])[1 + number % 4],
  case when number % 5 > 0 then (array['FR', 'SE', 'PL', 'SK'])[1 + number % 4] end
from generate_series(1, greatest(20, fn_seed_rows() / 100)) as number;
