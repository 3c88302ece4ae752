create function fn_current_tenant_id() returns uuid
language sql stable parallel safe
as $$
  select nullif(current_setting('printoptim.tenant_id', true), '')::uuid
$$;

comment on function fn_current_tenant_id() is
  'The tenant this session works for, set by the application with set_config(''printoptim.tenant_id'', …); null sees nothing.';
