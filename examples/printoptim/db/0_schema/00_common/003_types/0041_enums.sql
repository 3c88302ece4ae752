create type tenant_plan as enum ('trial', 'standard', 'enterprise');
comment on type tenant_plan is 'What a tenant pays for.';

create type contact_channel as enum ('email', 'phone', 'post');
comment on type contact_channel is 'How a contact wants to be reached.';

create type device_status as enum ('ordered', 'installed', 'in_repair', 'retired');
comment on type device_status is 'Where a device is in its life.';

create type order_status as enum ('draft', 'placed', 'shipped', 'delivered', 'cancelled');
comment on type order_status is 'Where an order is on its way.';

create type stock_movement_kind as enum ('receipt', 'issue', 'transfer', 'correction');
comment on type stock_movement_kind is 'Why a stock changed.';

create type meter_event_kind as enum ('reading', 'toner_low', 'paper_jam', 'offline');
comment on type meter_event_kind is 'What a device reported.';
