import { defineQuery } from "./catalog-query.js";
import { harmlessOptions, inheritance, notPartOfExtension, secretOptions, sorted } from "./sql-fragments.js";

const identity = `case when a.attidentity <> '' then (
  select json_build_object(
    'generation', case a.attidentity when 'a' then 'always' else 'by default' end,
    'sequence', s.seqrelid::regclass::text, 'type', format_type(s.seqtypid, null),
    'start', s.seqstart::text, 'increment', s.seqincrement::text, 'minimum', s.seqmin::text,
    'maximum', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle,
    'persistence', case sc.relpersistence when 'u' then 'unlogged' else 'permanent' end)
  from pg_catalog.pg_depend o
  join pg_catalog.pg_sequence s on s.seqrelid = o.objid
  join pg_catalog.pg_class sc on sc.oid = s.seqrelid
  where o.refclassid = 'pg_catalog.pg_class'::regclass and o.refobjid = a.attrelid and o.refobjsubid = a.attnum
    and o.classid = 'pg_catalog.pg_class'::regclass and o.deptype = 'i') end`;

export const columns = defineQuery({
  kind: "columns",
  catalog: "pg_class",
  alwaysThere: ["type"],
  sql: ({ version, included }) => `
    with relation as (
      select c.oid, c.oid::regclass::text as name
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'f') and ${included("n")} and ${notPartOfExtension("pg_class", "c.oid")}
    )
    select r.oid as oid, a.attnum as subid, r.name || '.' || quote_ident(a.attname) as name, r.name as "table", quote_ident(a.attname) as "column",
           row_number() over (partition by a.attrelid order by a.attnum) as position,
           format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
           case when a.attgenerated = '' and d.oid is not null
             then coalesce(pg_get_expr(d.adbin, d.adrelid), '?') end as "default",
           ${identity} as identity,
           case when a.attgenerated <> '' then json_build_object(
             'kind', case a.attgenerated when 's' then 'stored' else 'virtual' end,
             'expression', coalesce(pg_get_expr(d.adbin, d.adrelid), '?')) end as generated,
           case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
           case when a.attstorage <> t.typstorage then
             case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
           end as storage,
           ${version >= 14 ? "case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression," : ""}
           nullif(a.attstattarget, -1) as "statisticsTarget", ${sorted("a.attoptions")} as options,
           ${harmlessOptions("a.attfdwoptions")} as "foreignOptions",
           ${secretOptions("a.attfdwoptions")} as "maskedForeignOptions",
           ${inheritance("a.attinhcount", "a.attislocal")} as inheritance
    from relation r
    join pg_catalog.pg_attribute a on a.attrelid = r.oid
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped`,
});
