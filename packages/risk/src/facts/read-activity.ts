import type { BoundedQueries } from "../ask/bounded-queries.js";
import type { ResolvedRelations } from "./resolve-relations.js";
import type { ActivityFacts, SessionFacts } from "./risk-facts.js";

export interface ActivityRead {
  readonly activity: ActivityFacts;
  readonly settings: Readonly<Record<string, string>>;
  readonly notInspected: readonly string[];
}

/** What decides over how long things take and how long they wait. */
const settingNames = [
  "autovacuum",
  "checkpoint_timeout",
  "deadlock_timeout",
  "idle_in_transaction_session_timeout",
  "lock_timeout",
  "maintenance_work_mem",
  "max_connections",
  "max_locks_per_transaction",
  "max_parallel_maintenance_workers",
  "max_wal_size",
  "shared_buffers",
  "statement_timeout",
  "synchronous_commit",
  "synchronous_standby_names",
  "wal_level",
] as const;

/** Who is connected, whose transactions are open and who holds or awaits which lock on the relations, at this moment. */
export async function readActivity(
  queries: BoundedQueries,
  { spellings, oidArray }: ResolvedRelations,
): Promise<ActivityRead> {
  const connections = await queries.ask<{ used: number; max: number; hidden: number }>(connectionsQuery);
  const sessions = await queries.ask<SessionFacts>(sessionsQuery(oidArray));
  const settings = await queries.ask<{ name: string; value: string }>(settingsQuery);
  const [count] = connections.kind === "answered" ? connections.rows : [];
  const hidden = count?.hidden ?? 0;
  return {
    activity: {
      connections: count === undefined ? null : { used: count.used, max: count.max },
      sessions:
        sessions.kind === "refused"
          ? null
          : sessions.rows.map((session) => ({
              ...session,
              locks: session.locks.flatMap((lock) =>
                spellings.get(lock.relation)!.map((relation) => ({ ...lock, relation })),
              ),
            })),
      hidden,
    },
    settings: Object.fromEntries(
      settings.kind === "refused" ? [] : settings.rows.map(({ name, value }) => [name, value]),
    ),
    notInspected: [
      ...(connections.kind === "refused" ? [`the use of connections: ${connections.because}`] : []),
      ...(sessions.kind === "refused" ? [`the open transactions: ${sessions.because}`] : []),
      ...(settings.kind === "refused" ? [`the server's settings: ${settings.because}`] : []),
      ...(hidden > 0
        ? [
            `the transactions of ${hidden} sessions of other roles: this role may not see them (grant pg_read_all_stats)`,
          ]
        : []),
    ],
  };
}

/**
 * Rows of other roles are there for everybody, with the columns that tell what they do empty. A backend with a database
 * is then taken for a client's.
 */
const connectionsQuery = `
select
  (count(*) filter (where backend_type = 'client backend' or backend_type is null and datid is not null))::int as used,
  current_setting('max_connections')::int as max,
  (count(*) filter (where datname = current_database() and backend_type is null))::int as hidden
from pg_stat_activity`;

/** Locks of a prepared transaction have no pid: they are found by the transaction id among them. */
function sessionsQuery(oidArray: string): string {
  return `
with locks as materialized (
  select pid, virtualtransaction, locktype, relation, transactionid, mode, granted
  from pg_locks
  where locktype = 'relation' and relation = any (${oidArray})
      and database = (select oid from pg_database where datname = current_database())
    or locktype = 'transactionid' and pid is null
), held as (
  select pid, virtualtransaction,
    json_agg(json_build_object('relation', relation::text, 'mode', mode, 'granted', granted) order by relation, mode) as locks
  from locks
  where locktype = 'relation' and mode <> 'SIReadLock'
  group by pid, virtualtransaction
)
select a.pid, coalesce(a.application_name, '') as "applicationName",
  case when a.backend_type is null then 'hidden' else coalesce(a.state, '') end as state,
  coalesce(a.backend_type, '') as backend,
  extract(epoch from clock_timestamp() - a.xact_start)::float8 * 1000 as "transactionAgeMs",
  a.backend_xmin is not null or a.backend_xid is not null as "holdsSnapshot",
  coalesce(a.backend_type = 'autovacuum worker' and a.query not like '%to prevent wraparound%', false) as yields,
  coalesce(h.locks, '[]') as locks
from pg_stat_activity a
left join held h on h.pid = a.pid
where a.datname = current_database() and a.pid <> pg_backend_pid() and (a.xact_start is not null or h.pid is not null)
union all
select 0, '', 'prepared transaction', 'prepared transaction',
  extract(epoch from clock_timestamp() - p.prepared)::float8 * 1000, true, false,
  coalesce((
    select h.locks
    from locks l
    join held h on h.virtualtransaction = l.virtualtransaction and h.pid is null
    where l.locktype = 'transactionid' and l.pid is null and l.transactionid = p.transaction
    limit 1
  ), '[]')
from pg_prepared_xacts p
where p.database = current_database()`;
}

const settingsQuery = `
select name, case name when 'lock_timeout' then reset_val || unit
  when 'statement_timeout' then reset_val || unit else current_setting(name) end as value
from pg_settings
where name in (${settingNames.map((name) => `'${name}'`).join(", ")})
order by name`;
