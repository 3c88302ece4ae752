-- How much seed data there is: `set confiture.seed_rows = 250000` before the build makes that many rows and some more.
create function fn_seed_rows() returns integer
language sql stable
as $$
  select coalesce(nullif(current_setting('confiture.seed_rows', true), ''), '1000')::integer
$$;

comment on function fn_seed_rows() is 'Rows of seed data asked for; 1,000 when nothing is.';

-- Ids that are the same at every build, so that the rows of one file can name those of another.
create function fn_seed_id(kind text, number bigint) returns uuid
language sql immutable strict parallel safe
as $$
  select md5(kind || ':' || number)::uuid
$$;

comment on function fn_seed_id(text, bigint) is 'The id of a seed row.';
