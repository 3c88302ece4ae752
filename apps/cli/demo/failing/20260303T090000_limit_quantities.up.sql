create table order_limits (
  tenant_id uuid primary key references w_tenants (id),
  most integer not null default 2
);

insert into order_limits (tenant_id) select id from w_tenants;

-- Seed data has lines of three.
alter table w_order_lines add constraint w_order_lines_small check (quantity <= 2);
