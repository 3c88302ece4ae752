create function fn_project_inventory() returns trigger
language plpgsql
as $$
begin
  insert into r_inventory_summary (tenant_id, product_id, on_hand, warehouses)
  select inventory.tenant_id, inventory.product_id, sum(inventory.on_hand), count(*)
  from w_inventory as inventory
  where (inventory.tenant_id, inventory.product_id) in (select tenant_id, product_id from changed)
  group by inventory.tenant_id, inventory.product_id
  on conflict (tenant_id, product_id) do update
  set on_hand = excluded.on_hand, warehouses = excluded.warehouses, projected_at = now();
  return null;
end
$$;

comment on function fn_project_inventory() is 'Statement trigger: brings r_inventory_summary up to date for the products touched.';

create trigger w_inventory_project_insert after insert on w_inventory
  referencing new table as changed for each statement execute function fn_project_inventory();

create trigger w_inventory_project_update after update on w_inventory
  referencing new table as changed for each statement execute function fn_project_inventory();
