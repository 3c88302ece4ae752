import { aclText, usualAcl } from "./acl-text.js";
import { firstOwnOid } from "./observation-sets.js";
import type { ObservedCatalog } from "./observed-catalog.js";
import { aclFact } from "./observed-object.js";

/** Facts that are several rows, or stand in catalogs of their own: queries for `(classid, objid, objsubid, facts)`. */
export function annotations(version: number, catalogs: readonly ObservedCatalog[]): readonly string[] {
  return [
    parents(version),
    enumLabels,
    extensionsNeeded,
    comments,
    securityLabels,
    ...catalogs.filter(({ acl }) => acl !== undefined).map(aclOfOthers),
  ];
}

const isObserved = (classid: string, objid: string) =>
  `(${classid}, ${objid}) in (select s.classid, s.objid from structure s)`;

const parents = (version: number) => `
  select 'pg_class'::regclass, x.inhrelid, 0, json_build_object('parents', json_agg(
    x.inhparent::regclass || ${version >= 14 ? "case when x.inhdetachpending then ' (leaving)' else '' end" : "''"}
    order by x.inhseqno)::text)
  from pg_inherits x
  where x.inhrelid in (select r.oid from relation r)
  group by x.inhrelid`;

const enumLabels = `
  select 'pg_type'::regclass, x.enumtypid, 0,
    json_build_object('labels', json_agg(x.enumlabel order by x.enumsortorder)::text)
  from pg_enum x
  where x.enumtypid in (select t.oid from own_type t)
  group by x.enumtypid`;

const extensionsNeeded = `
  select d.classid, d.objid, 0, json_build_object('goes with', json_agg(e.extname order by e.extname)::text)
  from pg_depend d
  join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
  where d.deptype = 'x' and ${isObserved("d.classid", "d.objid")}
  group by d.classid, d.objid`;

/** Without those that initdb writes. */
const comments = `
  select d.classoid, d.objoid, d.objsubid, json_build_object('comment', d.description)
  from pg_description d
  where ${isObserved("d.classoid", "d.objoid")}
    and not (d.classoid in ('pg_namespace'::regclass, 'pg_extension'::regclass)
      and d.description in ('standard public schema', 'PL/pgSQL procedural language'))`;

const securityLabels = `
  select l.classoid, l.objoid, l.objsubid, json_build_object('label of ' || l.provider, l.label)
  from pg_seclabel l
  where ${isObserved("l.classoid", "l.objoid")}`;

/** What is not of this database's making can be granted all the same: told where it is not as it was born. */
function aclOfOthers({ catalog, about, owner, acl }: ObservedCatalog): string {
  const isColumn = catalog === "pg_attribute";
  const [classid, objid, objsubid] = about ?? [`'${catalog}'::regclass`, "x.oid", "0"];
  const role = isColumn ? "(select c.relowner from pg_class c where c.oid = x.attrelid)" : `x.${owner}`;
  const granted = `x.${acl!.column}`;
  return `
  select ${classid}, ${objid}, (${objsubid})::integer,
    json_strip_nulls(json_build_object('${aclFact}', ${aclText(granted, role, usualAcl(acl!.kind, role))}))
  from ${catalog} x
  left join pg_init_privs born on born.classoid = ${classid} and born.objoid = ${objid} and born.objsubid = ${objsubid}
  where ${granted} is not null and ${granted} is distinct from born.initprivs
    and (${objid} < ${firstOwnOid} or (${classid}::oid, ${objid}) in (select m.classid, m.objid from member m))
    and not ${isObserved(`${classid}::oid`, objid)}${isColumn ? " and not x.attisdropped" : ""}`;
}
