create table w_contracts (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  device_id uuid not null,
  period daterange not null,
  price_per_page numeric(8, 5) not null,
  included_pages integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint w_contracts_device foreign key (tenant_id, device_id) references w_devices (tenant_id, id),
  constraint w_contracts_price_not_negative check (price_per_page >= 0),
  constraint w_contracts_included_not_negative check (included_pages >= 0),
  constraint w_contracts_no_overlap exclude using gist (device_id with =, period with &&)
);

comment on table w_contracts is 'Service contracts: what a printed page costs on a device, and when.';
