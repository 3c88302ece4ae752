-- Irreversible on purpose: the numbers of the old system are gone for good, and no down file could bring them back.
alter table w_customers drop column legacy_code;
