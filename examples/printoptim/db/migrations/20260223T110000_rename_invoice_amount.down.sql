drop view r_invoices;

alter table w_invoices rename column amount_net to amount;
