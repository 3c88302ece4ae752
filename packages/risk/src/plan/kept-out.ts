import { type LockMode, lockModesConflict } from "@confiture/model";

export type ApplicationWork = "reads" | "row locks" | "writes";

/** What applications do all day, and the lock each takes: SELECT; SELECT … FOR UPDATE; INSERT, UPDATE, DELETE. */
const applicationLocks = [
  ["reads", "AccessShareLock"],
  ["row locks", "RowShareLock"],
  ["writes", "RowExclusiveLock"],
] as const satisfies readonly (readonly [ApplicationWork, LockMode])[];

/** What of an application must wait while the lock is held, or asked for. Empty for what runs beside it. */
export function keptOut(mode: LockMode): readonly ApplicationWork[] {
  return applicationLocks.flatMap(([work, taken]) => (lockModesConflict(mode, taken) ? [work] : []));
}
