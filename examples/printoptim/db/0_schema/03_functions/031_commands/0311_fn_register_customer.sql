create function fn_register_customer(customer_name text, contact_name text, contact_email text) returns uuid
language plpgsql
as $$
declare
  new_customer_id uuid;
begin
  if fn_current_tenant_id() is null then
    raise exception 'no tenant is set' using hint = 'Call set_config(''printoptim.tenant_id'', …) first.', errcode = 'insufficient_privilege';
  end if;

  insert into w_customers (tenant_id, name)
  values (fn_current_tenant_id(), customer_name)
  returning id into new_customer_id;

  insert into w_customer_contacts (tenant_id, customer_id, full_name, email)
  values (fn_current_tenant_id(), new_customer_id, contact_name, contact_email);

  return new_customer_id;
end
$$;

comment on function fn_register_customer(text, text, text) is 'Command: a customer with its first contact; returns the customer''s id.';
