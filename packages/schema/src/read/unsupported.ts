import type { ReadScope } from "./catalog-query.js";
import { mappingName, notPartOfExtension, showsMappingOptions, thisDatabase } from "./sql-fragments.js";

/** The catalogs whose rows a query of ours reads as entries, or as parts of entries. */
const readCatalogs = [
  "pg_am",
  "pg_amop",
  "pg_amproc",
  "pg_attrdef",
  "pg_cast",
  "pg_class",
  "pg_collation",
  "pg_constraint",
  "pg_conversion",
  "pg_default_acl",
  "pg_event_trigger",
  "pg_extension",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_language",
  "pg_namespace",
  "pg_opclass",
  "pg_operator",
  "pg_opfamily",
  "pg_policy",
  "pg_proc",
  "pg_publication",
  "pg_publication_rel",
  "pg_rewrite",
  "pg_statistic_ext",
  "pg_subscription",
  "pg_transform",
  "pg_trigger",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_type",
  "pg_user_mapping",
];

/** Exists since 15; its rows are parts of publications. */
const publishedSchemas = "pg_publication_namespace";

/**
 * Catalogs with a schema in them, to find what somebody put into the system's own. Not collations: importing those of
 * the operating system into pg_catalog is maintenance.
 */
const schemaColumns = [
  ["pg_class", "relnamespace"],
  ["pg_conversion", "connamespace"],
  ["pg_opclass", "opcnamespace"],
  ["pg_operator", "oprnamespace"],
  ["pg_opfamily", "opfnamespace"],
  ["pg_proc", "pronamespace"],
  ["pg_statistic_ext", "stxnamespace"],
  ["pg_ts_config", "cfgnamespace"],
  ["pg_ts_dict", "dictnamespace"],
  ["pg_ts_parser", "prsnamespace"],
  ["pg_ts_template", "tmplnamespace"],
  ["pg_type", "typnamespace"],
] as const;

/**
 * What is there and has no entries: objects of catalogs nobody here reads, relations of kinds nobody here knows, objects
 * somebody put into the system's own schemas or operator families, large objects, settings tied to the database, and
 * what this role may not see.
 */
export function unsupportedQuery({ version, includedName, readsSubscriptionSettings }: ReadScope): string {
  const known = version >= 15 ? [...readCatalogs, publishedSchemas] : readCatalogs;
  const knownClasses = known.map((name) => `'pg_catalog.${name}'::regclass`).join(", ");
  const inSystemSchemas = schemaColumns.map(
    ([catalog, column]) =>
      `select x.tableoid as classid, x.oid as objid, x.${column} as namespace from pg_catalog.${catalog} x`,
  );
  return `
    with stranger as (
      select d.classid, d.objid
      from pg_catalog.pg_depend d
      where d.classid <> all (array[${knownClasses}]::oid[]) and d.objid >= 16384
      union
      select d.classid, d.objid
      from pg_catalog.pg_shdepend d
      where d.classid <> all (array[${knownClasses}, 'pg_catalog.pg_largeobject'::regclass]::oid[]) and d.objid >= 16384
        and d.dbid = ${thisDatabase}
      union
      select 'pg_catalog.pg_class'::regclass, c.oid
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind not in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c', 't') and ${includedName("n.nspname")}
      union
      select o.classid, o.objid
      from (${inSystemSchemas.join(" union all ")}) o
      join pg_catalog.pg_namespace n on n.oid = o.namespace
      where n.nspname in ('pg_catalog', 'information_schema') and o.objid >= 16384
      union
      select m.classid, m.objid
      from (
        select a.tableoid as classid, a.oid as objid, a.amopfamily as family from pg_catalog.pg_amop a
        union all select p.tableoid, p.oid, p.amprocfamily from pg_catalog.pg_amproc p
      ) m
      where m.objid >= 16384 and m.family < 16384
    )
    select coalesce(i.type, s.classid::regclass::text) as kind, coalesce(i.identity, s.objid::text) as name
    from stranger s
    cross join lateral pg_identify_object(s.classid, s.objid, 0) i
    where not exists (
      select from pg_catalog.pg_depend e
      where e.classid = s.classid and e.objid = s.objid and e.deptype in ('e', 'i'))
      and not exists (
        select from pg_catalog.pg_depend k
        where k.classid = s.classid and k.objid = s.objid and k.refclassid = 'pg_catalog.pg_opclass'::regclass)
      -- The row types and indexes of relations go with these.
      and (s.classid <> 'pg_catalog.pg_class'::regclass
        or not exists (select from pg_catalog.pg_index x where x.indexrelid = s.objid))
    union all
    select 'large objects', count(*)::text from pg_catalog.pg_largeobject_metadata having count(*) > 0
    union all
    select 'database setting', split_part(setting, '=', 1) || coalesce(' for role ' || nullif(r.setrole, 0)::regrole::text, '')
    from pg_catalog.pg_db_role_setting r
    cross join lateral unnest(r.setconfig) setting
    where r.setdatabase = ${thisDatabase}
    union all
    select 'user mapping options', ${mappingName("m")}
    from pg_catalog.pg_user_mappings m
    where not ${showsMappingOptions("m")} and ${notPartOfExtension("pg_user_mapping", "m.umid")}
    ${version >= 15 ? "union all select 'parameter privileges', p.parname from pg_catalog.pg_parameter_acl p" : ""}
    ${
      readsSubscriptionSettings
        ? ""
        : `union all
           select 'subscription settings', quote_ident(b.subname)
           from pg_catalog.pg_subscription b
           where b.subdbid = ${thisDatabase}`
    }`;
}
