create view r_device_overview with (security_barrier) as
select
  devices.tenant_id,
  devices.id as device_id,
  devices.serial_number,
  devices.status,
  models.manufacturer,
  models.model,
  sites.name as site,
  customers.id as customer_id,
  customers.name as customer,
  contracts.price_per_page
from w_devices as devices
join w_device_models as models on models.id = devices.model_id
join w_sites as sites on sites.id = devices.site_id
join w_customers as customers on customers.id = sites.customer_id
left join w_contracts as contracts on contracts.device_id = devices.id and contracts.period @> current_date
where devices.tenant_id = fn_current_tenant_id();

comment on view r_device_overview is 'Devices of the session''s tenant with where they stand and what a page costs today.';
