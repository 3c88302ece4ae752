import { defineQuery } from "./catalog-query.js";
import { functionName, notPartOfExtension } from "./sql-fragments.js";

export const operators = defineQuery({
  kind: "operators",
  catalog: "pg_operator",
  sql: ({ included }) => `
    select o.oid as oid, o.oid::regoperator::text as name, quote_ident(n.nspname) as schema, o.oprowner::regrole::text as owner,
           format_type(nullif(o.oprleft, 0), null) as left, format_type(o.oprright, null) as right,
           format_type(o.oprresult, null) as result, coalesce(${functionName("o.oprcode")}, '-') as function,
           nullif(o.oprcom, 0)::regoperator::text as commutator, nullif(o.oprnegate, 0)::regoperator::text as negator,
           ${functionName("o.oprrest")} as restrict, ${functionName("o.oprjoin")} as join,
           o.oprcanmerge as merges, o.oprcanhash as hashes
    from pg_catalog.pg_operator o
    join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
    where ${included("n")} and ${notPartOfExtension("pg_operator", "o.oid")}`,
});

/** Members that came with an operator class go with it; the others belong to the family alone. */
const membersOfClass = (member: string, classOid: string | null) => `exists (
  select from pg_catalog.pg_depend d
  where d.classid = ${member}.tableoid and d.objid = ${member}.oid
    and d.refclassid = 'pg_catalog.pg_opclass'::regclass${classOid === null ? "" : ` and d.refobjid = ${classOid}`})`;

const memberOperators = (condition: string) => `array(
  select m.amopstrategy || ' ' || m.amopopr::regoperator::text
    || case m.amoppurpose when 'o' then (
         select ' for order by ' || quote_ident(sn.nspname) || '.' || quote_ident(sf.opfname)
         from pg_catalog.pg_opfamily sf
         join pg_catalog.pg_namespace sn on sn.oid = sf.opfnamespace
         where sf.oid = m.amopsortfamily) else '' end
  from pg_catalog.pg_amop m where ${condition}
  order by m.amopstrategy, m.amopopr::regoperator::text collate "C", m.amoppurpose)`;

const memberFunctions = (condition: string) => `array(
  select q.amprocnum || ' (' || format_type(q.amproclefttype, null) || ', '
    || format_type(q.amprocrighttype, null) || ') ' || q.amproc::regprocedure::text
  from pg_catalog.pg_amproc q where ${condition}
  order by q.amprocnum, q.amproc::regprocedure::text collate "C",
    format_type(q.amproclefttype, null) collate "C", format_type(q.amprocrighttype, null) collate "C")`;

export const operatorFamilies = defineQuery({
  kind: "operatorFamilies",
  catalog: "pg_opfamily",
  sql: ({ included }) => `
    select f.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(am.amname) as name,
           quote_ident(n.nspname) as schema, f.opfowner::regrole::text as owner, quote_ident(am.amname) as "accessMethod",
           ${memberOperators(`m.amopfamily = f.oid and not ${membersOfClass("m", null)}`)} as operators,
           ${memberFunctions(`q.amprocfamily = f.oid and not ${membersOfClass("q", null)}`)} as functions
    from pg_catalog.pg_opfamily f
    join pg_catalog.pg_am am on am.oid = f.opfmethod
    join pg_catalog.pg_namespace n on n.oid = f.opfnamespace
    where ${included("n")} and ${notPartOfExtension("pg_opfamily", "f.oid")}`,
});

export const operatorClasses = defineQuery({
  kind: "operatorClasses",
  catalog: "pg_opclass",
  sql: ({ included }) => `
    select k.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(k.opcname) || ' using ' || quote_ident(am.amname) as name,
           quote_ident(n.nspname) as schema, k.opcowner::regrole::text as owner, quote_ident(am.amname) as "accessMethod",
           fn.nspname || '.' || quote_ident(f.opfname) as family,
           format_type(k.opcintype, null) as type, k.opcdefault as "default",
           format_type(nullif(k.opckeytype, 0), null) as storage,
           ${memberOperators(`m.amopfamily = k.opcfamily and ${membersOfClass("m", "k.oid")}`)} as operators,
           ${memberFunctions(`q.amprocfamily = k.opcfamily and ${membersOfClass("q", "k.oid")}`)} as functions
    from pg_catalog.pg_opclass k
    join pg_catalog.pg_am am on am.oid = k.opcmethod
    join pg_catalog.pg_namespace n on n.oid = k.opcnamespace
    join pg_catalog.pg_opfamily f on f.oid = k.opcfamily
    join (select oid, quote_ident(nspname) as nspname from pg_catalog.pg_namespace) fn on fn.oid = f.opfnamespace
    where ${included("n")} and ${notPartOfExtension("pg_opclass", "k.oid")}`,
});

/** Casts live in no schema; those the server was born with have low oids. */
export const casts = defineQuery({
  kind: "casts",
  catalog: "pg_cast",
  sql: () => `
    select x.oid as oid, '(' || format_type(x.castsource, null) || ' as ' || format_type(x.casttarget, null) || ')' as name,
           case x.castmethod when 'f' then 'function' when 'i' then 'inout' else 'binary' end as method,
           nullif(x.castfunc, 0)::regprocedure::text as function,
           case x.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end as context
    from pg_catalog.pg_cast x
    where x.oid >= 16384 and ${notPartOfExtension("pg_cast", "x.oid")}
      -- The casts that come with a range type belong to it.
      and not exists (
        select from pg_catalog.pg_depend i
        where i.classid = 'pg_catalog.pg_cast'::regclass and i.objid = x.oid and i.deptype = 'i')`,
});

export const accessMethods = defineQuery({
  kind: "accessMethods",
  catalog: "pg_am",
  sql: () => `
    select am.oid as oid, quote_ident(am.amname) as name, case am.amtype when 't' then 'table' else 'index' end as type,
           am.amhandler::regproc::text as handler
    from pg_catalog.pg_am am
    where am.oid >= 16384 and ${notPartOfExtension("pg_am", "am.oid")}`,
});
