import { ConfitureError, type Queryable } from "@confiture/model";

interface ObjectRow {
  readonly object: string;
  readonly total: number;
}

/**
 * A schema is built into an empty database only. Extensions and what they own do not count, nor do our own tables.
 *
 * @throws CONFITURE_NOT_EMPTY naming a few of the objects that are there
 */
export async function refuseNonEmpty(session: Queryable, ownSchema: string): Promise<void> {
  const objects = await readUserObjects(session, ownSchema);
  const total = objects[0]?.total ?? 0;
  if (total === 0) return;
  const names = objects.map(({ object }) => object);
  throw new ConfitureError(
    "CONFITURE_NOT_EMPTY",
    `The database is not empty: it has ${names.join(", ")}${total > names.length ? ` and ${total - names.length} more` : ""}.`,
    {
      hint: "Name an empty database. An existing one is changed by migrations, not by a build.",
      facts: { objects: names, total },
    },
  );
}

async function readUserObjects(session: Queryable, ownSchema: string): Promise<readonly ObjectRow[]> {
  const { rows } = await session.query<ObjectRow>(
    `with schemas as (
       select oid, nspname from pg_catalog.pg_namespace
       where nspname !~ '^pg_' and nspname <> 'information_schema' and nspname <> $1
     ), objects as (
       select 'pg_catalog.pg_class'::pg_catalog.regclass as catalog, class.oid,
         case class.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
           when 'f' then 'foreign table' when 'c' then 'type' else 'table' end as kind, relnamespace as schema, relname as name
       from pg_catalog.pg_class as class where relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
       union all
       select 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, 'function', pronamespace, proname from pg_catalog.pg_proc
       union all
       select 'pg_catalog.pg_type'::pg_catalog.regclass, oid, 'type', typnamespace, typname
       from pg_catalog.pg_type where typtype in ('e', 'd', 'r')
       union all
       select 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, 'schema', oid, nspname
       from schemas where nspname <> 'public'
     )
     select kind || ' ' || case kind when 'schema' then '' else nspname || '.' end || name as object,
       (count(*) over ())::int as total
     from objects join schemas on schemas.oid = objects.schema
     where not exists (
       select from pg_catalog.pg_depend
       where classid = objects.catalog and objid = objects.oid and deptype = 'e'
     )
     order by kind = 'table' desc, kind, nspname, name
     limit 5`,
    [ownSchema],
  );
  return rows;
}
