import { defineQuery, type ReadScope } from "./catalog-query.js";
import {
  extensionsDependedOn,
  harmlessOptions,
  notPartOfExtension,
  persistence,
  replicaIdentity,
  secretOptions,
  sorted,
} from "./sql-fragments.js";

export const schemas = defineQuery({
  kind: "schemas",
  catalog: "pg_namespace",
  sql: ({ included }) => `
    select n.oid as oid, quote_ident(n.nspname) as name, n.nspowner::regrole::text as owner
    from pg_catalog.pg_namespace n
    where ${included("n")} and ${notPartOfExtension("pg_namespace", "n.oid")}`,
});

export const extensions = defineQuery({
  kind: "extensions",
  catalog: "pg_extension",
  sql: () => `
    select x.oid as oid, quote_ident(x.extname) as name, x.extowner::regrole::text as owner, x.extversion as version,
           x.extnamespace::regnamespace::text as schema
    from pg_catalog.pg_extension x`,
});

const parents = `array(
  select h.inhparent::regclass::text
  from pg_catalog.pg_inherits h
  where h.inhrelid = c.oid and not c.relispartition
  order by h.inhseqno)`;

const partition = ({ version }: ReadScope) => `case when c.relispartition then (
  select json_build_object(
    'of', h.inhparent::regclass::text,
    'bound', pg_get_expr(c.relpartbound, c.oid)
    ${version >= 14 ? ", 'detachPending', nullif(h.inhdetachpending, false)" : ""})
  from pg_catalog.pg_inherits h
  where h.inhrelid = c.oid) end`;

const storageOptions = sorted("c.reloptions || array(select 'toast.' || u from unnest(toast.reloptions) u)");

export const tables = defineQuery({
  kind: "tables",
  catalog: "pg_class",
  sql: (scope) => `
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(n.nspname) as schema, c.relowner::regrole::text as owner,
           ${persistence} as persistence, am.amname as "accessMethod", quote_ident(ts.spcname) as tablespace,
           ${storageOptions} as options,
           ${parents} as inherits,
           case c.relkind when 'p' then coalesce(pg_get_partkeydef(c.oid), '') end as "partitionKey",
           ${partition(scope)} as partition,
           c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as "forceRowSecurity",
           ${replicaIdentity} as "replicaIdentity",
           case when c.reloftype <> 0 then format_type(c.reloftype, null) end as "ofType"
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_am am on am.oid = c.relam
    left join pg_catalog.pg_tablespace ts on ts.oid = c.reltablespace
    left join pg_catalog.pg_class toast on toast.oid = c.reltoastrelid
    where c.relkind in ('r', 'p') and ${scope.included("n")} and ${notPartOfExtension("pg_class", "c.oid")}`,
});

export const foreignTables = defineQuery({
  kind: "foreignTables",
  catalog: "pg_class",
  sql: (scope) => `
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(n.nspname) as schema, c.relowner::regrole::text as owner,
           quote_ident(s.srvname) as server, ${harmlessOptions("f.ftoptions")} as options,
           ${secretOptions("f.ftoptions")} as "maskedOptions", ${parents} as inherits, ${partition(scope)} as partition
    from pg_catalog.pg_foreign_table f
    join pg_catalog.pg_class c on c.oid = f.ftrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
    where ${scope.included("n")} and ${notPartOfExtension("pg_class", "c.oid")}`,
});

const viewColumns = ({ version }: ReadScope) => `coalesce((
  select json_agg(json_build_object(
      'column', quote_ident(a.attname),
      'type', format_type(a.atttypid, a.atttypmod),
      'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
      'default', pg_get_expr(d.adbin, d.adrelid),
      'storage', case when a.attstorage <> t.typstorage then a.attstorage::text end,
      ${version >= 14 ? "'compression', nullif(a.attcompression::text, '')," : ""}
      'statisticsTarget', nullif(a.attstattarget, -1),
      'options', ${sorted("a.attoptions")}
    ) order by a.attnum)
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]')`;

export const views = defineQuery({
  kind: "views",
  catalog: "pg_class",
  alwaysThere: ["definition"],
  sql: (scope) => `
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(n.nspname) as schema, c.relowner::regrole::text as owner,
           pg_get_viewdef(c.oid) as definition, ${sorted("c.reloptions")} as options, ${viewColumns(scope)} as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and ${scope.included("n")} and ${notPartOfExtension("pg_class", "c.oid")}`,
});

export const materializedViews = defineQuery({
  kind: "materializedViews",
  catalog: "pg_class",
  alwaysThere: ["definition"],
  sql: (scope) => `
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(n.nspname) as schema, c.relowner::regrole::text as owner,
           pg_get_viewdef(c.oid) as definition, ${storageOptions} as options, ${viewColumns(scope)} as columns,
           x.extensions as "dependsOnExtensions",
           c.relispopulated as populated, ${persistence} as persistence, am.amname as "accessMethod",
           quote_ident(ts.spcname) as tablespace, ${replicaIdentity} as "replicaIdentity"
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_am am on am.oid = c.relam
    left join pg_catalog.pg_tablespace ts on ts.oid = c.reltablespace
    left join pg_catalog.pg_class toast on toast.oid = c.reltoastrelid
    left join ${extensionsDependedOn("pg_class")} x on x.objid = c.oid
    where c.relkind = 'm' and ${scope.included("n")} and ${notPartOfExtension("pg_class", "c.oid")}`,
});
