create function fn_search_customers(words text, at_most integer default 20)
returns table (customer_id uuid, name text, similarity real)
language sql stable
as $$
  select id, customers.name, similarity(customers.name, words)
  from w_customers as customers
  where customers.tenant_id = fn_current_tenant_id()
    and customers.name % words
  order by similarity(customers.name, words) desc, customers.name
  limit at_most
$$;

comment on function fn_search_customers(text, integer) is 'Query: customers whose names are like the words, the nearest first.';
