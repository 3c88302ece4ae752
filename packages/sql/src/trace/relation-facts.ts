import type { LockMode, Session } from "@confiture/model";

/** What a server says of one user relation at one moment of a transaction. */
export interface RelationFacts {
  readonly oid: number;
  /** Qualified, quoted where needed. */
  readonly name: string;
  /** As the server's messages have it. */
  readonly bareName: string;
  /** `pg_class.relkind`. */
  readonly kind: string;
  /** Null for what has no file, and for what is gone. */
  readonly file: string | null;
  readonly tablespace: number | null;
  /** Scans that this session began: of a table from end to end, of an index. */
  readonly scans: number;
  /** Modes that the session holds on it. */
  readonly held: readonly LockMode[];
}

/**
 * Reads the user's relations as the session sees them now, TOAST tables and what is temporary left out. `known` adds
 * relations that may be gone by now: their locks and counters are still there.
 */
export async function readRelationFacts(
  session: Session,
  known: readonly RelationFacts[] = [],
): Promise<ReadonlyMap<number, RelationFacts>> {
  const { rows } = await session.query<RelationFacts>(factsQuery, [known.map(({ oid }) => oid)]);
  const gone = new Map(known.map((facts) => [facts.oid, facts]));
  // A name that the statement took away is the one it is known by.
  return new Map(rows.map((row) => [row.oid, { ...row, name: row.name ?? gone.get(row.oid)?.name ?? "" }]));
}

// Counters of a transaction are kept by oid until it ends, also for what it dropped. PostgreSQL 13 and 14 may show
// those of an earlier transaction too, so they mean something only as a difference.
const factsQuery = `
  with mine as (
    select relation as oid, json_agg(mode order by mode) as held
    from pg_catalog.pg_locks
    where locktype = 'relation' and pid = pg_backend_pid() and granted
      and database = (select oid from pg_catalog.pg_database where datname = current_database())
    group by relation
  ),
  present as (
    select c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, c.relname, c.relkind, c.reltablespace
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  )
  select coalesce(p.oid, k.oid)::int8::float8 as oid, p.name, p.relname as "bareName", p.relkind::text as kind,
    pg_relation_filenode(p.oid)::text as file, p.reltablespace::int8::float8 as tablespace,
    pg_stat_get_xact_numscans(coalesce(p.oid, k.oid))::float8 as scans,
    coalesce(m.held, '[]') as held
  from present p
  full join unnest($1::oid[]) as k (oid) on k.oid = p.oid
  left join mine m on m.oid = coalesce(p.oid, k.oid)`;
