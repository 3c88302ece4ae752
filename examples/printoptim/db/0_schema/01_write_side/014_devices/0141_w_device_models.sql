create table w_device_models (
  id uuid primary key default gen_random_uuid(),
  manufacturer text not null,
  model text not null,
  pages_per_minute smallint not null,
  is_colour boolean not null default false,
  constraint w_device_models_once unique (manufacturer, model),
  constraint w_device_models_speed_possible check (pages_per_minute between 1 and 400)
);

comment on table w_device_models is 'Printer models. The one table of the write side that all tenants share.';
