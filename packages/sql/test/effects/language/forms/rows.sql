-- Rows: read, written, copied, and code that runs.

-- => select
select;
select 1;
select all id, name as n, depth d from quay;
select distinct name from quay;
select distinct on (name) name, depth from quay order by name, depth desc nulls last;
select * from only quay as q (a, b), lateral (select q.a) as l;
select q.* from quay q join berth b on q.id = b.quay_id left join harbour h using (id) natural join port;
select * from quay right join berth using (id) as shared full outer join mooring m on true cross join harbour;
select * from quay tablesample bernoulli (10) repeatable (4);
select * from generate_series(1, 3) with ordinality as g (n, i);
select * from rows from (generate_series(1, 3), unnest(array[1, 2])) as r;
select * from json_to_record('{}') as r (a int, b text);
select count(*), sum(depth) filter (where depth > 1) from quay where depth between 1 and 9 group by name having count(*) > 1;
select name, count(*) from quay group by all name, depth;
select name, count(*) from quay group by distinct rollup (name, depth), cube (id, at);
select name, depth, grouping(name, depth) from quay group by grouping sets ((name, depth), (name), ());
select rank() over w, sum(n) over (partition by a order by b range between 1 preceding and current row exclude ties) from t window w as (order by n groups unbounded preceding);
select id from quay union select id from berth;
select id from quay union all select id from berth intersect distinct select id from mooring except all select 1;
(select id from quay order by id limit 1) union (select 2) order by 1 offset 1;
select * from quay limit 5 offset 2;
select * from quay limit all;
select * from quay order by id using > offset 3 rows fetch first 5 rows only;
select * from quay order by id fetch next row with ties;
select * from quay for update;
select * from quay, berth for no key update of quay nowait for share of berth skip locked;
select * from quay for key share;
with a as (select 1), b (n) as materialized (select 2), c as not materialized (select 3) select * from a, b, c;
with recursive r (n) as (select 1 union all select n + 1 from r where n < 9) search depth first by n set o cycle n set seen to 'y' default 'n' using path select * from r;
with recursive r (n) as (select 1 union select n + 1 from r where n < 9) search breadth first by n set o cycle n set seen using path select * from r;
with gone as (delete from quay where depth < 0 returning *) select * from gone;
values (1, 'a'), (2, default_name());
values (1), (2) order by 1 limit 1;
table quay;
table only quay;
select * from json_table('{"a": [1]}', '$.a[*]' as root passing 1 as one columns (n for ordinality, v int path '$' default 0 on empty error on error, e boolean exists path '$.x', nested path '$.b[*]' as b columns (c text format json path '$' with wrapper keep quotes null on empty)) error on error) as j;
select json_value('{}', '$.a' returning int default 1 on empty), json_query('{}', '$' without array wrapper omit quotes), json_exists('{}', '$.a' true on error);
select json_object('a' value 1 absent on null with unique keys returning jsonb), json_array(select 1), json_arrayagg(n order by n), json_objectagg(k : v);
select json('{}' with unique), json_scalar(1), json_serialize('{}' returning text), '1' is json scalar;
select xmlelement(name quay, xmlattributes(id), name), xmlforest(id, name as n), xmlparse(document '<a/>'), xmlpi(name p), xmlroot('<a/>', version '1.0'), xmlserialize(content x as text indent), xmlconcat(x, x), xmlexists('//a' passing x) from quay;
select * from xmltable(xmlnamespaces ('u' as n), '//a' passing '<a/>' columns id int path '@id' not null, pos for ordinality, name text default 'x') as t;
select a[1], a[1:2], (t).b, t.*::text, cast(a as int), a::numeric(3, 1), array[1, 2], array(select 1), row(1, 2), (1, 2) overlaps (3, 4) from t;
select case when a then 1 else 2 end, coalesce(a, b), nullif(a, b), greatest(a, b), least(a, b), a is distinct from b, a is not unknown from t;
select a like 'x%' escape '!', a ilike 'y', a similar to 'z', a ~ 'q', a in (1, 2), a not between symmetric 1 and 2, a = any (b), a > all (select 1), exists (select 1) from t;
select current_date, current_time(2), localtime, localtimestamp(1), current_catalog, current_schema, session_user, system_user;
select extract(year from at), position('a' in name), substring(name from 1 for 2), trim(both 'x' from name), overlay(name placing 'a' from 1), normalize(name, nfc), at at time zone 'UTC', at at local, name collate "C" from quay;
select percentile_cont(0.5) within group (order by depth), string_agg(distinct name, ',' order by name) from quay;
select deepen(n => 1), deepen(variadic array[1]), deepen(n := 2);
select * from quay where current_setting('x.y') = 'z' and (id, name) in (select id, name from berth);
select U&'\0061', E'\n', B'10', X'1F', N'n', 1e5, $1, interval '1' day, timestamp '2026-01-01', point '(1,2)';
select 0x1F + 0b11 + 0o17 + 1_000;

-- => insert
insert into quay default values;
insert into quay values (1, 'a'), (2, default);
insert into quay as q (id, name) values (1, 'a') on conflict do nothing;
insert into quay (id, name) values (1, 'a') on conflict (id) do update set name = excluded.name where quay.depth > 1 returning *;
insert into quay (id) values (1) on conflict (lower(name) collate "C" text_ops) where depth > 1 do nothing;
insert into quay (id) values (1) on conflict on constraint quay_key do update set (name, depth) = (excluded.name, 3), at = default;
insert into quay (id) overriding system value values (1);
insert into quay (id) overriding user value select 2;
insert into quay (id, tags[1], place.x) select id, 'a', 1 from berth returning id as new_id, name;
insert into quay (id) values (1) returning with (old as was, new as now) was.id, now.id;
with more as (select 1 as id) insert into quay select id from more;
insert into quay table berth;

-- => update
update quay set depth = 1;
update only quay set depth = default, name = 'a' where id = 1 returning *;
update quay as q set (name, depth) = ('a', 2), (a, b) = row (1, 2), (c, d) = (select 1, 2) from berth b where q.id = b.quay_id;
update quay set tags[2] = 'x', place.x = 1 where current of reading;
update quay set depth = depth + 1 returning old.depth, new.depth;
with few as (select id from quay limit 1) update quay set depth = 2 where id in (select id from few);

-- => delete
delete from quay;
delete from only quay as q using berth b where q.id = b.quay_id returning q.*;
delete from quay where current of reading;
delete from quay returning old.*;
with old_ones as (select 1 as id) delete from quay using old_ones where quay.id = old_ones.id;

-- => merge
merge into quay using berth on quay.id = berth.quay_id when matched then delete;
merge into only quay as q using (select 1 as id) as s on q.id = s.id when matched and q.depth > 1 then update set depth = 2, (a, b) = (1, 2) when matched then do nothing when not matched then insert (id) values (s.id);
merge into quay q using berth b on q.id = b.quay_id when not matched by target then insert default values when not matched by source then delete;
merge into quay q using berth b on q.id = b.quay_id when not matched by source and q.depth > 3 then update set depth = default returning merge_action(), q.*;
merge into quay q using berth b on q.id = b.quay_id when not matched then insert (id) overriding user value values (1);
with s as (select 1 as id) merge into quay q using s on q.id = s.id when matched then do nothing returning with (old as o) o.id;

-- => copy_from
copy quay from stdin;
1	north
2	south
\.
copy quay (id, name) from '/dev/null' with (format csv, header match, delimiter ';', null '', default 'd', quote '''', escape '!', force_not_null (name), force_null (id), encoding 'LATIN1', freeze, on_error ignore, reject_limit 5, log_verbosity verbose) where id > 1;
copy quay from program 'true' (format text, freeze true);
copy quay from '/dev/null' binary;
copy quay from '/dev/null' with csv header quote '"' escape '\' force not null name force null id delimiter as ',' null as '';
copy quay from '/dev/null' (format binary);
-- => copy_to
copy quay to stdout;
copy quay (id) to '/dev/null' (format csv, header, force_quote (id), delimiter ',');
copy quay to program 'true' with (format csv, force_quote *);
copy (select * from quay) to stdout with (format csv, header false);
copy (insert into quay values (1) returning id) to stdout;
copy (delete from quay returning id) to '/dev/null';
copy (values (1)) to stdout csv force quote *;
copy binary quay to '/dev/null';

-- => call
call tidy();
call harbour.tidy(1, n => 2, m := 'a');
call tidy(variadic array[1, 2]);
-- => do
do 'begin end';
do $$ begin null; end $$ language plpgsql;
-- => do, select
do language plpgsql $$ begin perform 1; end $$;
-- => do, add_column, update
do $$ begin if true then alter table quay add column depth int; end if; update quay set depth = 1; end $$;
-- => do, unclassified
do $$ begin execute format('drop table %I', 'quay'); end $$;
