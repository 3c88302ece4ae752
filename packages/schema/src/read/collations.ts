import { defineQuery, type ReadScope } from "./catalog-query.js";
import { notPartOfExtension } from "./sql-fragments.js";

/** Where the locale of an ICU collation stands: its own column since 15, renamed in 17, `collcollate` before. */
function localeColumns({ version }: ReadScope): string {
  if (version >= 17) return "x.collcollate, x.collctype, x.colllocale, x.collicurules";
  if (version === 16) return "x.collcollate, x.collctype, x.colliculocale as colllocale, x.collicurules";
  if (version === 15) return "x.collcollate, x.collctype, x.colliculocale as colllocale, null::text as collicurules";
  return `nullif(case x.collprovider when 'i' then '' else x.collcollate::text end, '') as collcollate,
    nullif(case x.collprovider when 'i' then '' else x.collctype::text end, '') as collctype,
    case x.collprovider when 'i' then x.collcollate::text end as colllocale, null::text as collicurules`;
}

export const collations = defineQuery({
  kind: "collations",
  catalog: "pg_collation",
  sql: (scope) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.collname) as name, quote_ident(n.nspname) as schema,
           x.collowner::regrole::text as owner,
           case x.collprovider when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else 'default' end as provider,
           x.collisdeterministic as deterministic, l.collcollate as collate, l.collctype as ctype,
           l.colllocale as locale, l.collicurules as rules
    from pg_catalog.pg_collation x
    cross join lateral (select ${localeColumns(scope)}) l
    join pg_catalog.pg_namespace n on n.oid = x.collnamespace
    where ${scope.included("n")} and ${notPartOfExtension("pg_collation", "x.oid")}`,
});

export const conversions = defineQuery({
  kind: "conversions",
  catalog: "pg_conversion",
  sql: ({ included }) => `
    select x.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(x.conname) as name, quote_ident(n.nspname) as schema,
           x.conowner::regrole::text as owner, pg_encoding_to_char(x.conforencoding) as from,
           pg_encoding_to_char(x.contoencoding) as to, x.conproc::regproc::text as function,
           x.condefault as "default"
    from pg_catalog.pg_conversion x
    join pg_catalog.pg_namespace n on n.oid = x.connamespace
    where ${included("n")} and ${notPartOfExtension("pg_conversion", "x.oid")}`,
});
