import type { CalibrationEnvironment } from "./calibration.js";

type ParallelSettings = Pick<
  CalibrationEnvironment,
  "serverVersion" | "maintenanceWorkers" | "minParallelTableScanBytes" | "maintenanceWorkMemBytes"
>;

/** The least `maintenance_work_mem` each participant of a parallel build must get (`plan_create_index_workers`). */
const bytesForEachParticipant = 32 * 2 ** 20;

/**
 * Workers PostgreSQL asks for when it builds an index over a heap of this size, without a `parallel_workers` of the
 * table: one from `min_parallel_table_scan_size` on and one more at each threefold, as long as memory suffices.
 */
export function buildWorkers(method: string, heapBytes: number, environment: ParallelSettings): number {
  if (!buildsInParallel(method, environment.serverVersion)) return 0;
  let workers = 0;
  let threshold = Math.max(environment.minParallelTableScanBytes, 8192);
  while (heapBytes >= threshold && workers < environment.maintenanceWorkers) {
    workers += 1;
    threshold *= 3;
  }
  while (workers > 0 && environment.maintenanceWorkMemBytes / (workers + 1) < bytesForEachParticipant) workers -= 1;
  return workers;
}

/** The release notes of 11, 17 and 18. */
function buildsInParallel(method: string, serverVersion: number): boolean {
  const major = Math.floor(serverVersion / 10_000);
  if (method === "btree") return true;
  return (method === "brin" && major >= 17) || (method === "gin" && major >= 18);
}
