import { quoteLiteral } from "@confiture/sql";

/** What initdb made has lower oids. */
export const firstOwnOid = 16384;

/** Named sets that the rules of the catalogs pick their rows by. */
export function observationSets(exclude: readonly string[]): string {
  const excluded = `array[${exclude.map(quoteLiteral).join(", ")}]::text[]`;
  return `
  -- Schemas of sessions and of long values, and what the caller does not want.
  aside as materialized (
    select n.oid from pg_namespace n
    where n.nspname ~ '^pg_(toast|temp)(_|$)' or n.nspname ~ '^pg_toast_temp_' or n.nspname = any (${excluded})
  ),
  -- What came with an extension.
  member as materialized (
    select d.classid, d.objid from pg_depend d where d.deptype = 'e'
  ),
  relation as materialized (
    select c.oid, c.relkind, c.relowner
    from pg_class c
    left join pg_index i on i.indexrelid = c.oid
    where c.oid >= ${firstOwnOid} and c.relkind <> 't' and c.relpersistence <> 't'
      and c.relnamespace not in (select a.oid from aside a)
      and ('pg_class'::regclass::oid, coalesce(i.indrelid, c.oid)) not in (select m.classid, m.objid from member m)
      and ('pg_type'::regclass::oid, c.reltype) not in (select m.classid, m.objid from member m)
  ),
  own_type as materialized (
    select t.oid
    from pg_type t
    left join pg_depend made on made.classid = 'pg_type'::regclass and made.objid = t.oid and made.deptype = 'i'
      and made.refclassid = 'pg_type'::regclass
    where t.oid >= ${firstOwnOid} and t.typnamespace not in (select a.oid from aside a)
      and (t.typrelid = 0 or t.typrelid in (select r.oid from relation r))
      and ('pg_type'::regclass::oid, coalesce(made.refobjid, t.oid)) not in (select m.classid, m.objid from member m)
      -- The array type that every type has is made, named and dropped with it.
      and not exists (select from pg_type e where e.typarray = t.oid)
  ),
  -- The server keeps a foreign key of its own for each partition of the table that is referred to, at any depth.
  kept_key (oid, above) as (
    select k.oid, k.conparentid
    from pg_constraint k
    join pg_constraint up on up.oid = k.conparentid and up.conrelid = k.conrelid
  ),
  key_of_kept (oid, key) as (
    select k.oid, k.above from kept_key k
    union all
    select f.oid, k.above from key_of_kept f join kept_key k on k.oid = f.key
  )`;
}

/** A condition: the row `x` of this catalog was made here, and not by an extension. */
export function ownRow(catalog: string, namespace?: string): string {
  const place = namespace === undefined ? "" : ` and x.${namespace} not in (select a.oid from aside a)`;
  return `x.oid >= ${firstOwnOid}${place}
    and ('${catalog}'::regclass::oid, x.oid) not in (select m.classid, m.objid from member m)`;
}

export const inRelation = (column: string) => `x.${column} in (select r.oid from relation r)`;
