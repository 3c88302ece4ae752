import type { Database } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { findOwnTable, readOwnTable } from "./record/find-own-table.js";
import type { HookRecord } from "./record/hook-records.js";
import { versionKey } from "./sources/migration-version.js";

/** A row of `hook_executions`: a hook of an earlier run, or of the one under way. */
export interface RecordedHook extends HookRecord {
  /** The role of the database that ran it. */
  readonly actor: string;
}

/** Which hooks to read. */
export interface ReadHookExecutionsOptions {
  /** Schema of our own tables. Default `confiture`. */
  readonly ownSchema?: string;
  /** Only those of this migration; `1` and `001` are one version. */
  readonly version?: string;
  /** Only those of these runs. */
  readonly executionIds?: readonly string[];
  /** At most this many, the newest. Default 1,000. */
  readonly limit?: number;
}

type Row = Omit<RecordedHook, "error"> & { readonly code: string | null; readonly message: string | null };

/**
 * The hooks that ran here, in the order in which they began; none where nothing was ever run. Reads only.
 *
 * @throws CONFITURE_OWN_TABLES when the role may not read our tables
 */
export async function readHookExecutions(
  database: Database,
  options: ReadHookExecutionsOptions = {},
): Promise<readonly RecordedHook[]> {
  const ownSchema = options.ownSchema ?? "confiture";
  await using session = await database.openSession();
  const table = await findOwnTable(session, ownSchema, "hook_executions");
  if (!table.there) return [];
  const { rows } = await readOwnTable(table, () =>
    session.query<Row>(
      `select id::text, execution_id::text as "executionId", version, event, hook, connection, status, attempts,
              pg_catalog.to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startedAt",
              duration_ms as "durationMs", error_code as code, error_message as message, actor
       from (
         select * from ${quoteIdentifier(ownSchema)}.hook_executions
         where ($1::numeric is null or pg_catalog.replace(version, 'T', '')::numeric = $1::numeric)
           and ($2::uuid[] is null or execution_id = any ($2::uuid[]))
         order by sequence desc
         limit $3
       ) newest
       order by sequence`,
      [
        options.version === undefined ? null : versionKey(options.version).toString(),
        options.executionIds ?? null,
        options.limit ?? 1_000,
      ],
    ),
  );
  return rows.map(({ code, message, ...row }) => ({
    ...row,
    error: code === null ? null : { code, message: message ?? "" },
  }));
}
