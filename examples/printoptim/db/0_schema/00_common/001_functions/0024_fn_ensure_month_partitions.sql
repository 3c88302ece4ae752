create function fn_ensure_month_partitions(parent regclass, first_month date, months integer) returns integer
language plpgsql
as $$
declare
  parent_name constant text := (select relname from pg_catalog.pg_class where oid = parent);
  month_start date;
  partition_name text;
  made integer := 0;
begin
  for position in 0 .. months - 1 loop
    month_start := date_trunc('month', first_month)::date + make_interval(months => position);
    partition_name := format('%s_%s', parent_name, to_char(month_start, 'YYYY_MM'));
    if to_regclass(format('public.%I', partition_name)) is null then
      execute format(
        'create table public.%I partition of %s for values from (%L) to (%L)',
        partition_name, parent, month_start, (month_start + interval '1 month')::date
      );
      made := made + 1;
    end if;
  end loop;
  return made;
end
$$;

comment on function fn_ensure_month_partitions(regclass, date, integer) is
  'Makes the monthly partitions of a table that are not there yet, and returns how many it made.';
