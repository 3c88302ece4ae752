-- A constant default: PostgreSQL keeps it in the catalog and rewrites no row.
alter table w_devices add column note text not null default '';

comment on column w_devices.note is 'What the customer wrote about this device.';
