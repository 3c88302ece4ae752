import { defineQuery } from "./catalog-query.js";
import { notPartOfExtension, persistence } from "./sql-fragments.js";

export const sequences = defineQuery({
  kind: "sequences",
  catalog: "pg_class",
  sql: ({ included }) => `
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(n.nspname) as schema, c.relowner::regrole::text as owner,
           format_type(s.seqtypid, null) as type, s.seqstart::text as start, s.seqincrement::text as increment,
           s.seqmin::text as minimum, s.seqmax::text as maximum, s.seqcache::text as cache, s.seqcycle as cycle,
           ${persistence} as persistence,
           case when o.objid is not null then o.refobjid::regclass::text || '.' || quote_ident(oa.attname) end as "ownedBy"
    from pg_catalog.pg_sequence s
    join pg_catalog.pg_class c on c.oid = s.seqrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_depend o
      on o.classid = 'pg_catalog.pg_class'::regclass and o.objid = c.oid
      and o.refclassid = 'pg_catalog.pg_class'::regclass and o.refobjsubid > 0 and o.deptype in ('a', 'i')
    left join pg_catalog.pg_attribute oa on oa.attrelid = o.refobjid and oa.attnum = o.refobjsubid
    where o.deptype is distinct from 'i' and ${included("n")} and ${notPartOfExtension("pg_class", "c.oid")}`,
});
