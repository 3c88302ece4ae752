-- Nobody makes objects in public but the owner; whoever reads the read side gets what is made from here on.
revoke create on schema public from public;

grant usage on schema public to printoptim_reader, printoptim_app, printoptim_admin;

alter default privileges in schema public grant select on tables to printoptim_admin;
alter default privileges in schema public grant usage, select on sequences to printoptim_app;
