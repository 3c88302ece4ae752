create table w_devices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  site_id uuid not null,
  model_id uuid not null references w_device_models (id),
  serial_number text not null,
  status device_status not null default 'ordered',
  installed_on date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_devices_tenant_key unique (tenant_id, id),
  constraint w_devices_serial_once_a_tenant unique (tenant_id, serial_number),
  constraint w_devices_site foreign key (tenant_id, site_id) references w_sites (tenant_id, id),
  constraint w_devices_installed_has_a_day check (status = 'ordered' or installed_on is not null)
);

create index w_devices_by_site on w_devices (tenant_id, site_id);
create index w_devices_in_repair on w_devices (tenant_id) where status = 'in_repair';

comment on table w_devices is 'Printers at the customers'' sites.';
