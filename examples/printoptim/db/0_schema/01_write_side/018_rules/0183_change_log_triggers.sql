-- What people are asked about afterwards: who changed this customer, this device, this contract?
create trigger w_customers_log after insert or update or delete on w_customers
  for each row execute function fn_log_change();

create trigger w_devices_log after insert or update or delete on w_devices
  for each row execute function fn_log_change();

create trigger w_contracts_log after insert or update or delete on w_contracts
  for each row execute function fn_log_change();
