insert into w_device_models (id, manufacturer, model, pages_per_minute, is_colour)
select
  fn_seed_id('model', number),
  (array['Corvex', 'Lumina', 'Paperline'])[1 + number % 3],
  format('M%s', 100 + number),
  20 + 5 * (number % 8),
  number % 2 = 0
from generate_series(1, 12) as number;

insert into w_products (id, tenant_id, sku, name, is_consumable, page_yield)
select
  fn_seed_id('product', number),
  fn_seed_id('tenant', 1 + number % 4),
  format('SKU-%s', lpad(number::text, 4, '0')),
  format('%s %s', (array['Toner', 'Drum', 'Paper', 'Staples', 'Fuser'])[1 + number % 5], number),
  number % 5 <> 4,
  case when number % 5 < 2 then 2500 * (1 + number % 4) end
from generate_series(1, 80) as number;

insert into w_prices (tenant_id, product_id, amount, valid)
select tenant_id, id, 19.90 + (ascii(right(sku, 1)) - 48) * 12.50, daterange(date '2025-01-01', null)
from w_products;
