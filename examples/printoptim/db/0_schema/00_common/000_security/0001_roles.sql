-- Roles belong to the whole server, so another database may have made them already, or be making them now.
do $$
declare
  wanted constant text[] := array['printoptim_reader', 'printoptim_app', 'printoptim_admin'];
  role_name text;
begin
  foreach role_name in array wanted loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin', role_name);
      exception
        when duplicate_object or unique_violation then
          raise notice 'role % was made by somebody else meanwhile', role_name;
      end;
    end if;
  end loop;
end
$$;
