import type { Session, Statement } from "@confiture/model";

/**
 * Tables that a statement may be about: those whose name, or the name of one of whose indexes, stands in its text, and
 * the rest of their trees. With none of these, every table. Qualified; nearest first.
 */
export async function relatedTables(session: Session, { text }: Statement): Promise<readonly string[]> {
  const words = text.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
  const names = words.map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase(),
  );
  const { rows } = await session.query<{ name: string }>(relatedQuery, [names]);
  if (rows.length > 0) return rows.map(({ name }) => name);
  const all = await session.query<{ name: string }>(relatedQuery, [null]);
  return all.rows.map(({ name }) => name);
}

const relatedQuery = `
  with recursive named as (
    select coalesce(i.indrelid, c.oid) as oid, 0 as distance
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_index i on i.indexrelid = c.oid
    where ($1::text[] is null or c.relname = any ($1)) and c.relkind in ('r', 'p', 'i', 'I') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  ),
  related as (
    select oid, distance from named
    union
    select case when h.inhrelid = r.oid then h.inhparent else h.inhrelid end, r.distance + 1
    from related r join pg_catalog.pg_inherits h on r.oid in (h.inhrelid, h.inhparent)
    where r.distance < 3
  )
  select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
  from related r
  join pg_catalog.pg_class c on c.oid = r.oid and c.relkind in ('r', 'p')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  group by n.nspname, c.relname
  order by min(r.distance), 1`;
