import { defineQuery } from "./catalog-query.js";
import { extensionsDependedOn, functionName, notPartOfExtension } from "./sql-fragments.js";

/** The constructors that come with a range type belong to it. */
const notPartOfType = `not exists (
  select from pg_catalog.pg_depend i
  where i.classid = 'pg_catalog.pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i'
    and i.refclassid = 'pg_catalog.pg_type'::regclass)`;

export const functions = defineQuery({
  kind: "functions",
  catalog: "pg_proc",
  alwaysThere: ["definition", "identityArguments"],
  sql: ({ included }) => `
    select p.oid as oid, p.oid::regprocedure::text as name, quote_ident(n.nspname) as schema, p.proowner::regrole::text as owner,
           case p.prokind when 'p' then 'procedure' when 'w' then 'window function' else 'function' end as kind,
           pg_get_functiondef(p.oid) as definition, pg_get_function_identity_arguments(p.oid) as "identityArguments",
           pg_get_function_result(p.oid) as result, quote_ident(l.lanname) as language,
           x.extensions as "dependsOnExtensions"
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    left join ${extensionsDependedOn("pg_proc")} x on x.objid = p.oid
    where p.prokind in ('f', 'p', 'w') and ${notPartOfType}
      and ${included("n")} and ${notPartOfExtension("pg_proc", "p.oid")}`,
});

const finalModify = (column: string, functionColumn: string) => `case when ${functionColumn}::oid <> 0 then
  case ${column} when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end end`;

export const aggregates = defineQuery({
  kind: "aggregates",
  catalog: "pg_proc",
  alwaysThere: ["arguments"],
  sql: ({ included }) => `
    select p.oid as oid, p.oid::regprocedure::text as name, quote_ident(n.nspname) as schema, p.proowner::regrole::text as owner,
           pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result,
           case g.aggkind when 'o' then 'ordered-set' when 'h' then 'hypothetical-set' else 'normal' end as variant,
           g.aggnumdirectargs as "directArguments",
           case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
           json_build_object(
             'sfunc', ${functionName("g.aggtransfn")}, 'stype', format_type(g.aggtranstype, null),
             'sspace', nullif(g.aggtransspace, 0)::text, 'finalfunc', ${functionName("g.aggfinalfn")},
             'finalfunc_extra', nullif(g.aggfinalextra, false)::text,
             'finalfunc_modify', ${finalModify("g.aggfinalmodify", "g.aggfinalfn")},
             'combinefunc', ${functionName("g.aggcombinefn")}, 'serialfunc', ${functionName("g.aggserialfn")},
             'deserialfunc', ${functionName("g.aggdeserialfn")}, 'initcond', g.agginitval,
             'msfunc', ${functionName("g.aggmtransfn")}, 'minvfunc', ${functionName("g.aggminvtransfn")},
             'mstype', format_type(nullif(g.aggmtranstype, 0), null), 'msspace', nullif(g.aggmtransspace, 0)::text,
             'mfinalfunc', ${functionName("g.aggmfinalfn")},
             'mfinalfunc_extra', nullif(g.aggmfinalextra, false)::text,
             'mfinalfunc_modify', ${finalModify("g.aggmfinalmodify", "g.aggmfinalfn")},
             'minitcond', g.aggminitval, 'sortop', nullif(g.aggsortop, 0)::regoperator::text) as settings
    from pg_catalog.pg_aggregate g
    join pg_catalog.pg_proc p on p.oid = g.aggfnoid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where ${included("n")} and ${notPartOfExtension("pg_proc", "p.oid")}`,
});

export const languages = defineQuery({
  kind: "languages",
  catalog: "pg_language",
  sql: () => `
    select l.oid as oid, quote_ident(l.lanname) as name, l.lanowner::regrole::text as owner, l.lanpltrusted as trusted,
           ${functionName("l.lanplcallfoid")} as handler, ${functionName("l.laninline")} as inline,
           ${functionName("l.lanvalidator")} as validator
    from pg_catalog.pg_language l
    where l.lanispl and ${notPartOfExtension("pg_language", "l.oid")}`,
});

export const transforms = defineQuery({
  kind: "transforms",
  catalog: "pg_transform",
  sql: () => `
    select x.oid as oid, 'for ' || format_type(x.trftype, null) || ' language ' || quote_ident(l.lanname) as name,
           nullif(x.trffromsql::oid, 0::oid)::regprocedure::text as "fromSql",
           nullif(x.trftosql::oid, 0::oid)::regprocedure::text as "toSql"
    from pg_catalog.pg_transform x
    join pg_catalog.pg_language l on l.oid = x.trflang
    where ${notPartOfExtension("pg_transform", "x.oid")}`,
});
