import { quoteIdentifier, quoteLiteral } from "@confiture/sql";

export type HookRecordStatus =
  | "expected"
  | "started"
  | "completed"
  | "failed"
  | "timeout"
  | "cancelled"
  | "skipped"
  | "interrupted";

/** A row of `hook_executions` as it is written. */
export interface HookRecord {
  /** A UUID. */
  readonly id: string;
  /** UUID of the run; the events of that run in the history have it too. */
  readonly executionId: string;
  /** Null where the moment is one of the whole run. */
  readonly version: string | null;
  readonly event: string;
  readonly hook: string;
  /** `migration`, `own` or `none`. */
  readonly connection: string;
  /**
   * `expected`: due behind a commit, and the run goes on. `started`: at work. `interrupted`: the run was killed before it had ended, or before it
   * had begun, which `attempts` of 0 tells.
   */
  readonly status: HookRecordStatus;
  readonly attempts: number;
  /** ISO 8601, UTC, milliseconds; null while it is expected. */
  readonly startedAt: string | null;
  /** Milliseconds: all attempts and the pauses between them. */
  readonly durationMs: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** SQL that writes a row, or what has become of it since. */
export function putHookRecord(ownSchema: string, row: HookRecord): string {
  const values = [
    quoteLiteral(row.id),
    quoteLiteral(row.executionId),
    literalOrNull(row.version),
    quoteLiteral(row.event),
    quoteLiteral(row.hook),
    quoteLiteral(row.connection),
    quoteLiteral(row.status),
    String(row.attempts),
    literalOrNull(row.startedAt),
    row.durationMs === null ? "null" : row.durationMs.toFixed(3),
    literalOrNull(row.error?.code ?? null),
    literalOrNull(row.error?.message ?? null),
  ];
  return `insert into ${quoteIdentifier(ownSchema)}.hook_executions (id, execution_id, version, event, hook, connection, status, attempts, started_at, duration_ms, error_code, error_message) values (${values.join(", ")}) on conflict (id) do update set status = excluded.status, attempts = excluded.attempts, started_at = excluded.started_at, duration_ms = excluded.duration_ms, error_code = excluded.error_code, error_message = excluded.error_message;`;
}

/** SQL with an answer where hooks are begun or due. */
export function findOpenHooks(ownSchema: string): string {
  return `select from ${quoteIdentifier(ownSchema)}.hook_executions where status in ('expected', 'started') limit 1`;
}

/** SQL that tells hooks whose run has ended without them, and marks them so. Only the holder of the run's lock may ask. */
export function markInterrupted(ownSchema: string): string {
  return `update ${quoteIdentifier(ownSchema)}.hook_executions set status = 'interrupted' where status in ('expected', 'started')
    returning version, event, hook, connection, started_at is not null as begun, execution_id::text as "executionId"`;
}

/** A hook of an earlier run that was killed before the hook had ended, or had begun. */
export interface InterruptedHook {
  readonly version: string | null;
  readonly event: string;
  readonly hook: string;
  readonly connection: string;
  /** False for one that was due behind a commit, and was not reached. */
  readonly begun: boolean;
  readonly executionId: string;
}

function literalOrNull(text: string | null): string {
  // A NUL cannot be stored, and an error may hold anything.
  return text === null ? "null" : quoteLiteral(text.replaceAll("\0", ""));
}
