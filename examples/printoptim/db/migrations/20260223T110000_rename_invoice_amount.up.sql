-- The application that knows both names is already out; the view keeps the old one for reports until they have moved.
alter table w_invoices rename column amount to amount_net;

create view r_invoices with (security_barrier) as
select tenant_id, id as invoice_id, number, month, amount_net, amount_net as amount, paid_at
from w_invoices
where tenant_id = fn_current_tenant_id();

comment on view r_invoices is 'Invoices of the session''s tenant; `amount` is the old name of `amount_net`.';

grant select on r_invoices to printoptim_app, printoptim_reader;
