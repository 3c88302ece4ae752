create procedure refresh_read_models()
language plpgsql
as $$
begin
  refresh materialized view r_customer_lifetime_value;
  refresh materialized view r_monthly_print_volume;
end
$$;

comment on procedure refresh_read_models() is 'Fills the materialized views of the read side anew. Readers wait while it runs.';
