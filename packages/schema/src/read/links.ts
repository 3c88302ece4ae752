import { defineQuery, type ServerVersion } from "./catalog-query.js";
import {
  functionName,
  harmlessMappingOptions,
  harmlessOptions,
  mappingName,
  notPartOfExtension,
  secretOptions,
  showsMappingOptions,
  sorted,
  thisDatabase,
} from "./sql-fragments.js";

const publishedTables = (version: ServerVersion) => `coalesce((
  select json_agg(json_build_object(
      'table', r.prrelid::regclass::text
      ${
        version >= 15
          ? `,
      'columns', (
        select json_agg(quote_ident(a.attname) order by a.attname collate "C")
        from pg_catalog.pg_attribute a
        where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)),
      'where', pg_get_expr(r.prqual, r.prrelid)`
          : ""
      }
    ) order by r.prrelid::regclass::text collate "C")
  from pg_catalog.pg_publication_rel r
  where r.prpubid = p.oid), '[]')`;

export const publications = defineQuery({
  kind: "publications",
  catalog: "pg_publication",
  sql: ({ version }) => `
    select p.oid as oid, quote_ident(p.pubname) as name, p.pubowner::regrole::text as owner, p.puballtables as "allTables",
           array_remove(array[
             case when p.pubdelete then 'delete' end, case when p.pubinsert then 'insert' end,
             case when p.pubtruncate then 'truncate' end, case when p.pubupdate then 'update' end], null) as operations,
           p.pubviaroot as "viaRoot",
           ${version >= 18 ? `case p.pubgencols when 's' then 'stored' else 'none' end as "generatedColumns",` : ""}
           ${publishedTables(version)} as tables,
           ${
             version >= 15
               ? sorted(
                   "array(select s.pnnspid::regnamespace::text from pg_catalog.pg_publication_namespace s where s.pnpubid = p.oid)",
                 )
               : "'{}'::text[]"
           } as schemas
    from pg_catalog.pg_publication p
    where ${notPartOfExtension("pg_publication", "p.oid")}`,
});

/**
 * Each setting of a subscription beside the version that brought it and the value it has when nothing is said.
 * PostgreSQL 18 changed one of these: streaming is parallel there unless said otherwise.
 */
export const subscriptionOptions = [
  { name: "synchronous_commit", sql: "s.subsynccommit", usual: "off", since: 13 },
  { name: "binary", sql: "s.subbinary::text", usual: "false", since: 14 },
  { name: "streaming", sql: "case when s.substream then 'on' else 'off' end", usual: "off", since: 14, until: 15 },
  {
    name: "streaming",
    sql: "case s.substream when 't' then 'on' when 'p' then 'parallel' else 'off' end",
    usual: "off",
    since: 16,
  },
  { name: "two_phase", sql: "(s.subtwophasestate <> 'd')::text", usual: "false", since: 15 },
  { name: "disable_on_error", sql: "s.subdisableonerr::text", usual: "false", since: 15 },
  { name: "password_required", sql: "s.subpasswordrequired::text", usual: "true", since: 16 },
  { name: "run_as_owner", sql: "s.subrunasowner::text", usual: "false", since: 16 },
  { name: "origin", sql: "s.suborigin", usual: "any", since: 16 },
  { name: "failover", sql: "s.subfailover::text", usual: "false", since: 17 },
];

export const subscriptions = defineQuery({
  kind: "subscriptions",
  sql: ({ version, readsSubscriptionSettings }) => `
    select quote_ident(s.subname) as name, s.subowner::regrole::text as owner, s.subenabled as enabled,
           ${sorted("s.subpublications")} as publications, quote_ident(s.subslotname) as slot,
           ${sorted(
             `array_remove(array[${subscriptionOptions
               .filter(({ since, until = 18 }) => version >= since && version <= until && readsSubscriptionSettings)
               .map(({ name, sql, usual }) => `case when ${sql} <> '${usual}' then '${name}=' || ${sql} end`)
               .join(", ")}]::text[], null)`,
           )} as options
    from pg_catalog.pg_subscription s
    where s.subdbid = ${thisDatabase}`,
});

export const foreignDataWrappers = defineQuery({
  kind: "foreignDataWrappers",
  catalog: "pg_foreign_data_wrapper",
  sql: () => `
    select w.oid as oid, quote_ident(w.fdwname) as name, w.fdwowner::regrole::text as owner, ${functionName("w.fdwhandler")} as handler,
           ${functionName("w.fdwvalidator")} as validator, ${harmlessOptions("w.fdwoptions")} as options,
           ${secretOptions("w.fdwoptions")} as "maskedOptions"
    from pg_catalog.pg_foreign_data_wrapper w
    where ${notPartOfExtension("pg_foreign_data_wrapper", "w.oid")}`,
});

export const foreignServers = defineQuery({
  kind: "foreignServers",
  catalog: "pg_foreign_server",
  sql: () => `
    select s.oid as oid, quote_ident(s.srvname) as name, s.srvowner::regrole::text as owner, quote_ident(w.fdwname) as wrapper,
           s.srvtype as type, s.srvversion as version, ${harmlessOptions("s.srvoptions")} as options,
           ${secretOptions("s.srvoptions")} as "maskedOptions"
    from pg_catalog.pg_foreign_server s
    join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
    where ${notPartOfExtension("pg_foreign_server", "s.oid")}`,
});

/** By the view, which everybody may read, and which hides most options from most. */
export const userMappings = defineQuery({
  kind: "userMappings",
  catalog: "pg_user_mapping",
  sql: () => `
    select u.umid as oid, ${mappingName("u")} as name,
           case u.umuser when 0 then 'PUBLIC' else u.umuser::regrole::text end as role,
           quote_ident(u.srvname) as server,
           case when ${showsMappingOptions("u")} then ${harmlessMappingOptions("u.umoptions")} end as options
    from pg_catalog.pg_user_mappings u
    where ${notPartOfExtension("pg_user_mapping", "u.umid")}`,
});
