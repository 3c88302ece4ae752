insert into w_tenants (id, name, plan, currency) values
  (fn_seed_id('tenant', 1), 'Imprimerie du Lac', 'enterprise', 'EUR'),
  (fn_seed_id('tenant', 2), 'Nordic Copy', 'standard', 'SEK'),
  (fn_seed_id('tenant', 3), 'Kowalski Druk', 'standard', 'PLN'),
  (fn_seed_id('tenant', 4), 'Pressburg Office', 'trial', 'EUR');

insert into w_users (id, tenant_id, email, display_name)
select fn_seed_id('user', number), fn_seed_id('tenant', 1 + number % 4), format('user%s@example.com', number), format('User %s', number)
from generate_series(1, 20) as number;

insert into w_tenant_settings (tenant_id, key, value)
select id, 'billing.day_of_month', '1' from w_tenants;
