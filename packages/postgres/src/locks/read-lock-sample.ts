import type { Blocker, Queryable } from "@confiture/model";

/** What one backend held and waited for at one moment. */
export interface LockSample {
  readonly held: readonly { readonly relation: string; readonly mode: string }[];
  readonly waiting: SampledWait | undefined;
}

export interface SampledWait {
  /** Tells one wait from the next on the same lock. */
  readonly identity: string;
  readonly relation: string | undefined;
  readonly mode: string;
  /** From the server's own record (PostgreSQL 14 and newer), else null. */
  readonly waitedMs: number | null;
  readonly blockers: readonly Blocker[];
}

/**
 * Reads the locks of one backend in one round trip. Names come by joining the catalogs, never through `regclass`,
 * which takes a lock on the relation itself; relations of a transaction not yet committed have no row and are left out.
 */
export async function readLockSample(queryable: Queryable, pid: number): Promise<LockSample> {
  const { rows } = await queryable.query<{ sample: RawSample }>(sampleQuery, [pid]);
  const { held, waiting } = rows[0]!.sample;
  return { held: held ?? [], waiting: waiting === null ? undefined : toWait(waiting) };
}

interface RawSample {
  readonly held: LockSample["held"] | null;
  readonly waiting: RawWait | null;
}

interface RawWait extends Omit<SampledWait, "relation" | "blockers"> {
  readonly relation: string | null;
  readonly blockers: readonly Blocker[] | null;
}

function toWait(raw: RawWait): SampledWait {
  return { ...raw, relation: raw.relation ?? undefined, blockers: raw.blockers ?? [] };
}

// pg_blocking_pids() stops the lock manager for a moment, so it is asked only when the backend waits.
// Indexes and TOAST tables are left out of what is held: their locks follow the table's.
// to_jsonb() reads waitstart where the server has that column (14), and nothing where it has not.
const sampleQuery = `
with locks as materialized (
  select *, (to_jsonb(l) ->> 'waitstart')::timestamptz as wait_start
  from pg_catalog.pg_locks l
  where pid = $1
), named as (
  select l.*, n.nspname || '.' || c.relname as relation_name, c.relkind, n.nspname
  from locks l
  left join pg_catalog.pg_class c
    on c.oid = l.relation
    and l.database in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
)
select json_build_object(
  'held', (
    select json_agg(json_build_object('relation', relation_name, 'mode', mode))
    from named
    where granted
      and locktype = 'relation'
      and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  ),
  'waiting', (
    select json_build_object(
      'identity', concat_ws('/', locktype, database, relation, page, tuple, virtualxid, transactionid, classid, objid, objsubid, mode, wait_start),
      'relation', relation_name,
      'mode', mode,
      'waitedMs', extract(epoch from clock_timestamp() - wait_start) * 1000,
      'blockers', (
        select json_agg(json_build_object(
          'pid', blocker.pid,
          'applicationName', coalesce(a.application_name, ''),
          'state', case when blocker.pid = 0 then 'prepared transaction' else coalesce(a.state, 'unknown') end,
          'transactionAgeMs', extract(epoch from clock_timestamp() - a.xact_start) * 1000
        ) order by a.xact_start nulls last)
        from (select distinct unnest(pg_catalog.pg_blocking_pids($1)) as pid) blocker
        left join pg_catalog.pg_stat_activity a on a.pid = blocker.pid
      )
    )
    from named
    where not granted
    limit 1
  )
) as sample`;
