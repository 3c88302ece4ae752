import type { Queryable } from "@confiture/model";
import type { CalibrationEnvironment } from "../duration/calibration.js";

/** Settings that decide how long work takes; those a version does not have are left out. */
const settingsThatMatter = [
  "server_version",
  "shared_buffers",
  "maintenance_work_mem",
  "hash_mem_multiplier",
  "max_parallel_maintenance_workers",
  "max_parallel_workers",
  "min_parallel_table_scan_size",
  "max_wal_size",
  "checkpoint_timeout",
  "wal_level",
  "wal_compression",
  "wal_sync_method",
  "wal_buffers",
  "fsync",
  "full_page_writes",
  "synchronous_commit",
  "synchronous_standby_names",
  "data_checksums",
  "default_table_access_method",
  "default_tablespace",
  "default_toast_compression",
  "default_statistics_target",
  "effective_io_concurrency",
  "maintenance_io_concurrency",
  "io_method",
  "jit",
  "lc_collate",
];

interface EnvironmentRow {
  readonly settings: Readonly<Record<string, string>>;
  readonly serverVersion: number;
  readonly sharedBuffersBytes: number;
  readonly maintenanceWorkMemBytes: number;
  readonly minParallelTableScanBytes: number;
  readonly maintenanceWorkers: number;
  readonly byteOrderCollation: boolean;
}

/** What decides on this server how long work takes, as the session sees it. PostgreSQL 13–18. */
export async function readEnvironment(session: Queryable): Promise<CalibrationEnvironment> {
  const { rows } = await session.query<EnvironmentRow>(
    `select (select json_object_agg(name, current_setting(name) order by name)
               from pg_catalog.pg_settings where name = any ($1)) as settings,
            current_setting('server_version_num')::int as "serverVersion",
            pg_size_bytes(current_setting('shared_buffers'))::float8 as "sharedBuffersBytes",
            pg_size_bytes(current_setting('maintenance_work_mem'))::float8 as "maintenanceWorkMemBytes",
            pg_size_bytes(current_setting('min_parallel_table_scan_size'))::float8 as "minParallelTableScanBytes",
            least(current_setting('max_parallel_maintenance_workers')::int,
                  current_setting('max_parallel_workers')::int) as "maintenanceWorkers",
            datcollate in ('C', 'POSIX') as "byteOrderCollation"
       from pg_catalog.pg_database where datname = current_database()`,
    [settingsThatMatter],
  );
  return rows[0]!;
}
