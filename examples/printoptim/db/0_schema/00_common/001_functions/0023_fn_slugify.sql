create function fn_slugify(title text) returns text
language sql immutable strict parallel safe
as $$
  select trim(both '-' from regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'))
$$;

comment on function fn_slugify(text) is 'A title as it stands in a URL: lower case, words joined by dashes.';
