import { defineQuery } from "./catalog-query.js";
import { functionName, notPartOfExtension } from "./sql-fragments.js";

const attributes = `(
  select coalesce(json_agg(json_build_object(
      'attribute', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
      'collation', case when a.attcollation <> at.typcollation then a.attcollation::regcollation::text end
    ) order by a.attnum), '[]')
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type at on at.oid = a.atttypid
  where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)`;

const inputOutput = [
  ["input", "typinput"],
  ["output", "typoutput"],
  ["receive", "typreceive"],
  ["send", "typsend"],
  ["typmod_in", "typmodin"],
  ["typmod_out", "typmodout"],
  ["analyze", "typanalyze"],
] as const;

const alignment = `case t.typalign when 'c' then 'char' when 's' then 'int2' when 'i' then 'int4' else 'double' end`;
const storage = `case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end`;

const baseType = (column: string) => `case when t.typtype = 'b' then ${column} end`;

export const types = defineQuery({
  kind: "types",
  catalog: "pg_type",
  sql: ({ version, included }) => `
    select t.oid as oid, format_type(t.oid, null) as name, quote_ident(n.nspname) as schema, t.typowner::regrole::text as owner,
           case when not t.typisdefined then 'shell type' else
             case t.typtype when 'e' then 'enum' when 'c' then 'composite type' when 'd' then 'domain'
               when 'r' then 'range' when 'b' then 'base type' else 'shell type' end end as kind,
           case t.typtype when 'e' then array(
             select l.enumlabel::text from pg_catalog.pg_enum l where l.enumtypid = t.oid
             order by l.enumsortorder) end as labels,
           case t.typtype when 'c' then ${attributes} end as attributes,
           case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end as type,
           case t.typtype when 'd' then t.typnotnull end as "notNull",
           case t.typtype
             when 'd' then coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)
             when 'b' then t.typdefault end as "default",
           case
             when t.typtype = 'd' and t.typcollation <> base.typcollation then t.typcollation::regcollation::text
             when t.typtype = 'r' and g.rngcollation <> sub.typcollation then g.rngcollation::regcollation::text
           end as collation,
           format_type(g.rngsubtype, null) as subtype,
           case when opc.oid is not null
             then opc.opcnamespace::regnamespace::text || '.' || quote_ident(opc.opcname) end as "operatorClass",
           ${functionName("g.rngcanonical")} as canonical, ${functionName("g.rngsubdiff")} as "subtypeDiff",
           ${version >= 14 ? "format_type(nullif(g.rngmultitypid, 0), null) as multirange," : ""}
           ${baseType(`json_build_object(
             ${inputOutput.map(([word, column]) => `'${word}', ${functionName(`t.${column}`)}`).join(", ")}
             ${version >= 14 ? `, 'subscript', ${functionName("t.typsubscript")}` : ""})`)} as functions,
           ${baseType("t.typlen")} as length, ${baseType("t.typbyval")} as "byValue",
           ${baseType(alignment)} as alignment, ${baseType(storage)} as storage,
           ${baseType("t.typcategory")} as category, ${baseType("t.typispreferred")} as preferred,
           ${baseType("t.typdelim")} as delimiter, ${baseType("t.typcollation <> 0")} as collatable,
           ${baseType("format_type(nullif(t.typelem, 0), null)")} as element
    from pg_catalog.pg_type t
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_class row on row.oid = t.typrelid
    left join pg_catalog.pg_type base on base.oid = t.typbasetype
    left join pg_catalog.pg_range g on g.rngtypid = t.oid
    left join pg_catalog.pg_type sub on sub.oid = g.rngsubtype
    left join pg_catalog.pg_opclass opc on opc.oid = g.rngsubopc
    where t.typtype in ('e', 'c', 'd', 'r', 'b', 'p')
      and (t.typtype <> 'c' or row.relkind = 'c')
      and not exists (select from pg_catalog.pg_type element where element.typarray = t.oid)
      and ${included("n")} and ${notPartOfExtension("pg_type", "t.oid")}`,
});
