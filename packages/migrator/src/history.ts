import type { Database } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";

/** A row of `events`: something that happened, and who made it happen. */
export interface HistoryEvent {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly executionId: string;
  readonly kind: string;
  readonly version: string | null;
  readonly name: string | null;
  /** The role of the database that did it. */
  readonly actor: string;
  readonly osUser: string;
  readonly host: string;
  readonly durationMs: number | null;
  readonly checksum: string | null;
  readonly planHash: string | null;
  readonly toolVersion: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ReadEventsOptions {
  readonly ownSchema?: string;
  /** Only events of this migration. */
  readonly version?: string;
  /** At most this many, the newest. Default 100. */
  readonly limit?: number;
}

/** The events of this database, newest first; none where nothing was ever run. */
export async function readEvents(
  database: Database,
  options: ReadEventsOptions = {},
): Promise<readonly HistoryEvent[]> {
  const own = quoteIdentifier(options.ownSchema ?? "confiture");
  await using session = await database.openSession();
  const there = await session.query<{ there: boolean }>("select pg_catalog.to_regclass($1) is not null as there", [
    `${own}.events`,
  ]);
  if (there.rows[0]?.there !== true) return [];
  const { rows } = await session.query<HistoryEvent>(
    `select id::text, pg_catalog.to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
            execution_id as "executionId", kind, version, name, actor, os_user as "osUser", host,
            duration_ms as "durationMs", checksum, plan_hash as "planHash", tool_version as "toolVersion", details
     from ${own}.events
     where $1::text is null or version = $1
     order by id desc
     limit $2`,
    [options.version ?? null, options.limit ?? 100],
  );
  return rows;
}
