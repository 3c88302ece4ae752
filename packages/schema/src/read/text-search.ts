import { defineQuery } from "./catalog-query.js";
import { functionName, notPartOfExtension } from "./sql-fragments.js";

export const textSearchConfigurations = defineQuery({
  kind: "textSearchConfigurations",
  catalog: "pg_ts_config",
  sql: ({ included }) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.cfgname) as name, quote_ident(n.nspname) as schema,
           x.cfgowner::regrole::text as owner,
           quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) as parser,
           array(
             select token.alias || ': ' || string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno)
             from pg_catalog.pg_ts_config_map m
             join ts_token_type(x.cfgparser) token on token.tokid = m.maptokentype
             where m.mapcfg = x.oid
             group by token.alias
             order by token.alias collate "C") as mappings
    from pg_catalog.pg_ts_config x
    join pg_catalog.pg_namespace n on n.oid = x.cfgnamespace
    join pg_catalog.pg_ts_parser p on p.oid = x.cfgparser
    join pg_catalog.pg_namespace pn on pn.oid = p.prsnamespace
    where ${included("n")} and ${notPartOfExtension("pg_ts_config", "x.oid")}`,
});

export const textSearchDictionaries = defineQuery({
  kind: "textSearchDictionaries",
  catalog: "pg_ts_dict",
  sql: ({ included }) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.dictname) as name, quote_ident(n.nspname) as schema,
           x.dictowner::regrole::text as owner,
           quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) as template, x.dictinitoption as options
    from pg_catalog.pg_ts_dict x
    join pg_catalog.pg_namespace n on n.oid = x.dictnamespace
    join pg_catalog.pg_ts_template t on t.oid = x.dicttemplate
    join pg_catalog.pg_namespace tn on tn.oid = t.tmplnamespace
    where ${included("n")} and ${notPartOfExtension("pg_ts_dict", "x.oid")}`,
});

export const textSearchParsers = defineQuery({
  kind: "textSearchParsers",
  catalog: "pg_ts_parser",
  sql: ({ included }) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.prsname) as name, quote_ident(n.nspname) as schema,
           x.prsstart::regproc::text as start, x.prstoken::regproc::text as token, x.prsend::regproc::text as end,
           ${functionName("x.prsheadline")} as headline, x.prslextype::regproc::text as "lexTypes"
    from pg_catalog.pg_ts_parser x
    join pg_catalog.pg_namespace n on n.oid = x.prsnamespace
    where ${included("n")} and ${notPartOfExtension("pg_ts_parser", "x.oid")}`,
});

export const textSearchTemplates = defineQuery({
  kind: "textSearchTemplates",
  catalog: "pg_ts_template",
  sql: ({ included }) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.tmplname) as name, quote_ident(n.nspname) as schema,
           ${functionName("x.tmplinit")} as init, x.tmpllexize::regproc::text as lexize
    from pg_catalog.pg_ts_template x
    join pg_catalog.pg_namespace n on n.oid = x.tmplnamespace
    where ${included("n")} and ${notPartOfExtension("pg_ts_template", "x.oid")}`,
});
