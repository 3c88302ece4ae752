import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queryable, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type { ResolvedRunOptions } from "./run-options.js";

/** First half of our advisory lock keys: the bytes of "conf". The second half is made of our schema's name. */
const lockClass = 0x636f6e66;

function lockKey(ownSchema: string): number {
  return createHash("sha256").update(ownSchema).digest().readInt32BE(0);
}

interface LockAnswer {
  readonly locked: boolean;
  readonly pid: number;
  readonly version: number;
  readonly standby: boolean;
  readonly read_only: boolean;
  readonly now: string;
}

/**
 * Takes the session lock that keeps two runs on one database apart, by polling outside any transaction: a blocking wait
 * would hold a snapshot, and CREATE INDEX CONCURRENTLY of the run in front would wait for that snapshot for ever.
 *
 * @returns the server's process id, version number (`180004`) and clock, which the same round trip brings
 * @throws CONFITURE_LOCK_HELD after `lockWaitMs`, naming who holds it
 */
export async function takeRunLock(
  session: Session,
  options: ResolvedRunOptions,
): Promise<{ pid: number; version: number; readOnly: string | undefined; at: string }> {
  const started = options.now();
  for (;;) {
    const { rows } = await session.query<LockAnswer>(
      `select pg_catalog.pg_try_advisory_lock(${lockClass}, ${lockKey(options.ownSchema)}) as locked, pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('server_version_num')::int as version,
              pg_catalog.pg_is_in_recovery() as standby, pg_catalog.current_setting('transaction_read_only') = 'on' as read_only,
              pg_catalog.clock_timestamp()::text as now`,
    );
    const answer = rows[0];
    if (answer?.locked === true) {
      const { pid, version, now } = answer;
      return { pid, version, readOnly: whyReadOnly(answer), at: now };
    }
    const waitedMs = options.now() - started;
    if (options.signal?.aborted === true)
      throw new ConfitureError("CONFITURE_CANCELLED", "Cancelled while waiting for another run; nothing was begun.");
    if (waitedMs >= options.lockWaitMs) throw await lockHeld(session, options, waitedMs);
    options.emit({ kind: "waiting-for-run-lock", waitedMs });
    await sleep(Math.min(50 + options.random() * 150, Math.max(1, options.lockWaitMs - waitedMs)));
  }
}

function whyReadOnly({ standby, read_only }: LockAnswer): string | undefined {
  if (standby) return "the server is a standby";
  return read_only ? "its transactions are read-only by a setting" : undefined;
}

/**
 * Makes sure that the lock is still ours behind a statement that may have let go of it.
 *
 * @throws CONFITURE_LOCK_LOST
 */
export async function guardRunLock(session: Session, options: ResolvedRunOptions): Promise<void> {
  const { rows } = await session.query(
    `select from pg_catalog.pg_locks
     where locktype operator(pg_catalog.=) 'advisory' and granted and objsubid operator(pg_catalog.=) 2
       and pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()
       and classid::bigint operator(pg_catalog.=) ${lockClass} and objid::bigint operator(pg_catalog.=) ${lockKey(options.ownSchema) >>> 0}`,
  );
  if (rows.length > 0) return;
  throw new ConfitureError("CONFITURE_LOCK_LOST", "The migration let go of the lock that keeps two runs apart.", {
    hint: "Take out what releases session locks (pg_advisory_unlock_all, say). What was in the transaction is rolled back.",
  });
}

export async function releaseRunLock(session: Session, options: ResolvedRunOptions): Promise<void> {
  await session.query(`select pg_catalog.pg_advisory_unlock(${lockClass}, ${lockKey(options.ownSchema)})`);
}

/** The backend that holds the lock of a run on this database; undefined where none is under way. */
export async function findRunHolder(session: Queryable, ownSchema: string): Promise<number | undefined> {
  const { rows } = await session.query<{ pid: number }>(
    `select pid from pg_catalog.pg_locks
     where locktype = 'advisory' and granted and objsubid = 2
       and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
       and classid::bigint = ${lockClass} and objid::bigint = ${lockKey(ownSchema) >>> 0}`,
  );
  return rows[0]?.pid;
}

interface HolderRow {
  readonly pid: number;
  readonly application_name: string | null;
  readonly state: string | null;
  readonly age_ms: number | null;
}

async function lockHeld(session: Session, options: ResolvedRunOptions, waitedMs: number): Promise<ConfitureError> {
  const { rows } = await session.query<HolderRow>(
    `select l.pid, a.application_name, a.state, extract(epoch from pg_catalog.clock_timestamp() - a.backend_start)::float8 * 1000 as age_ms
     from pg_catalog.pg_locks l
     left join pg_catalog.pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 2
       and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
       and l.classid::bigint = ${lockClass} and l.objid::bigint = ${lockKey(options.ownSchema) >>> 0}`,
  );
  const holder = rows[0];
  const who =
    holder === undefined
      ? "It was let go just now."
      : `It is held by pid ${holder.pid} (${holder.application_name ?? "unknown"}, ${holder.state ?? "state unknown"}${holder.age_ms === null ? "" : `, connected for ${Math.round(holder.age_ms / 1000)} s`}).`;
  return new ConfitureError(
    "CONFITURE_LOCK_HELD",
    `Another run holds the migration lock; waited ${(waitedMs / 1000).toFixed(1)} s. ${who}`,
    {
      hint: "Wait for it to end, or allow more with --lock-wait. After a crash the server may need a moment to notice.",
      facts: holder === undefined ? {} : { pid: holder.pid },
    },
  );
}
