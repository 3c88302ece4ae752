create materialized view r_monthly_print_volume as
select
  tenant_id,
  device_id,
  date_trunc('month', happened_at at time zone 'UTC')::date as month,
  max(counter) - min(counter) as pages,
  count(*) filter (where kind <> 'reading') as incidents
from w_meter_events
group by tenant_id, device_id, date_trunc('month', happened_at at time zone 'UTC')::date
with no data;

create unique index r_monthly_print_volume_key on r_monthly_print_volume (tenant_id, device_id, month);

comment on materialized view r_monthly_print_volume is 'Pages a device printed in a month, and what went wrong with it.';
