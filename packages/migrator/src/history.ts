import type { Database } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { findOwnTable, readOwnTable } from "./record/find-own-table.js";
import { versionKey } from "./sources/migration-version.js";

/** A row of `events`: something that happened, and who made it happen. */
export interface HistoryEvent {
  /** A number in digits: a later event has a greater one. */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** UUID of the run. */
  readonly executionId: string;
  /**
   * `migration_started` (where one transaction cannot hold it), `migration_completed`, `migration_failed`,
   * `migration_rolled_back`, `migration_cancelled`, `step_settled`, `invalid_index_dropped`, `run_paused`, `run_resumed`,
   * `alert_raised`, `hook_interrupted`, `build_applied`, `baseline_set` or `repaired`.
   */
  readonly kind: string;
  /** Null where it is about no single migration. */
  readonly version: string | null;
  readonly name: string | null;
  /** The role of the database that did it. */
  readonly actor: string;
  /** User and host of the process that ran; `actor` of the run's options may say otherwise. */
  readonly osUser: string;
  readonly host: string;
  /** Milliseconds. */
  readonly durationMs: number | null;
  /** SHA-256 (hex) of the parse tree that ran, or of a program's text. */
  readonly checksum: string | null;
  /** Hash of the plan that was executed; `repair`, `baseline`, `build` or `none` where there was none. */
  readonly planHash: string | null;
  /** Version of Confiture. */
  readonly toolVersion: string;
  /** Facts of this kind of event: steps with their times, the code and place of a failure, what a repair did. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which events to read. */
export interface ReadEventsOptions {
  /** Schema of our own tables. Default `confiture`. */
  readonly ownSchema?: string;
  /** Only events of this migration; `1` and `001` are one version. */
  readonly version?: string;
  /** At most this many, the newest. Default 100. */
  readonly limit?: number;
}

/**
 * The events of this database, newest first; none where nothing was ever run. Reads only. Other errors are those of
 * opening a session and the driver's own.
 *
 * @throws CONFITURE_OWN_TABLES when the role may not read our tables
 */
export async function readEvents(
  database: Database,
  options: ReadEventsOptions = {},
): Promise<readonly HistoryEvent[]> {
  const ownSchema = options.ownSchema ?? "confiture";
  const own = quoteIdentifier(ownSchema);
  await using session = await database.openSession();
  const table = await findOwnTable(session, ownSchema, "events");
  if (!table.there) return [];
  const { rows } = await readOwnTable(table, () =>
    session.query<HistoryEvent>(
      `select id::text, pg_catalog.to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
            execution_id as "executionId", kind, version, name, actor, os_user as "osUser", host,
            duration_ms as "durationMs", checksum, plan_hash as "planHash", tool_version as "toolVersion", details
     from ${own}.events as events
     where $1::numeric is null or pg_catalog.replace(version, 'T', '')::numeric = $1::numeric
     order by events.id desc
     limit $2`,
      [options.version === undefined ? null : versionKey(options.version).toString(), options.limit ?? 100],
    ),
  );
  return rows;
}
