create function fn_touch_updated_at() returns trigger
language plpgsql
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function fn_touch_updated_at() is 'Row trigger: notes when a row was last changed.';
