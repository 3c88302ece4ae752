import type { Queryable } from "@confiture/model";
import type { AlertRule } from "./alert-options.js";
import type { Finding } from "./finding.js";

interface WaitRow {
  readonly pid: number;
  readonly mode: string;
  readonly relation: string | null;
  readonly blockers: readonly number[];
  /** Null before PostgreSQL 14, and in the first moment of a wait. */
  readonly waited_ms: number | null;
}

/** Waits of the run, and of others for it. */
export class LockWaitDetector {
  readonly #firstSeen = new Map<string, number>();

  async look(session: Queryable, { pid, rule }: { pid: number; rule: AlertRule }): Promise<readonly Finding[]> {
    const waits = (await readWaits(session)).filter((wait) => wait.pid === pid || wait.blockers.includes(pid));
    const now = performance.now();
    const keys = new Set(waits.map(keyOf));
    for (const key of this.#firstSeen.keys()) if (!keys.has(key)) this.#firstSeen.delete(key);
    return waits.flatMap((wait) => {
      const key = keyOf(wait);
      const since = this.#firstSeen.get(key) ?? now;
      this.#firstSeen.set(key, since);
      const measured = Math.max(wait.waited_ms ?? 0, now - since);
      return measured > rule.above ? [lockWaitOf(wait, { measured, pid, rule, key })] : [];
    });
  }
}

function keyOf({ pid, mode, relation }: WaitRow): string {
  return JSON.stringify(["lock", pid, mode, relation]);
}

function lockWaitOf(
  { pid: waiting, mode, relation, blockers }: WaitRow,
  { measured, pid, rule, key }: { measured: number; pid: number; rule: AlertRule; key: string },
): Finding {
  const who = waiting === pid ? "the run waits" : `pid ${waiting} waits for the run`;
  const what = relation === null ? mode : `${mode} on ${relation}`;
  return {
    event: "lock_timeout_exceeded",
    rule,
    key,
    because: `${who}, ${what}, for ${Math.round(measured)} ms`,
    data: {
      measured,
      threshold: rule.above,
      unit: "ms",
      mode,
      blockers,
      ...(relation === null ? {} : { relation }),
    },
  };
}

async function readWaits(session: Queryable): Promise<readonly WaitRow[]> {
  const { rows } = await session.query<WaitRow>(
    `select l.pid, l.mode, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as relation,
            pg_catalog.pg_blocking_pids(l.pid) as blockers,
            extract(epoch from pg_catalog.clock_timestamp() - (pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz)::float8 * 1000 as waited_ms
     from pg_catalog.pg_locks l
     left join pg_catalog.pg_class c on c.oid = l.relation
     left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where not l.granted and l.pid is not null`,
  );
  return rows;
}

interface TransactionRow {
  readonly pid: number;
  readonly application: string;
  readonly since: string;
  readonly age_ms: number;
}

export async function findLongTransactions(session: Queryable, rule: AlertRule): Promise<readonly Finding[]> {
  const { rows } = await session.query<TransactionRow>(
    `select pid, application_name as application, xact_start::text as since,
            extract(epoch from pg_catalog.clock_timestamp() - xact_start)::float8 * 1000 as age_ms
     from pg_catalog.pg_stat_activity
     where datname = pg_catalog.current_database() and backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()
       and pg_catalog.clock_timestamp() - xact_start > pg_catalog.make_interval(secs => $1::float8 / 1000)`,
    [rule.above],
  );
  return rows.map(({ pid, application, since, age_ms }) => ({
    event: "long_transaction_detected",
    rule,
    key: JSON.stringify(["transaction", pid, since]),
    because: `pid ${pid} (${application === "" ? "no application_name" : application}) has had a transaction open for ${Math.round(age_ms)} ms`,
    data: { measured: age_ms, threshold: rule.above, unit: "ms", pid, application },
  }));
}

export async function findFewConnections(session: Queryable, rule: AlertRule): Promise<readonly Finding[]> {
  const { rows } = await session.query<{ used: number; available: number }>(
    `select (select count(*)::int from pg_catalog.pg_stat_activity where backend_type = 'client backend') as used,
            pg_catalog.current_setting('max_connections')::int - pg_catalog.current_setting('superuser_reserved_connections')::int as available`,
  );
  const { used = 0, available = 0 } = rows[0] ?? {};
  const threshold = rule.above * available;
  if (used <= threshold) return [];
  return [
    {
      event: "connection_pool_exhausted",
      rule,
      key: "connections",
      because: `${used} of ${available} connections are in use`,
      data: { measured: used, threshold, unit: "connections" },
    },
  ];
}
