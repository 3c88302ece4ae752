import { type LockMode, lockModes, lockModesConflict, type RelationLock } from "@confiture/model";

/** `AccessExclusiveLock` as the manual writes it. */
export function lockName(mode: LockMode): string {
  return mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}

/** Who has to wait while a lock is held, as people say it. */
export function whoWaits(mode: LockMode): string {
  if (lockModesConflict(mode, "AccessShareLock")) return "reads and writes wait";
  if (lockModesConflict(mode, "RowShareLock")) return "writes and row locks wait";
  if (lockModesConflict(mode, "RowExclusiveLock")) return "writes wait";
  if (lockModesConflict(mode, "ShareUpdateExclusiveLock")) return "reads and writes go on";
  return "nobody waits";
}

/** Locks that an operator wants to know of, each mode with its relations, strongest first. */
export function strongLocks(locks: readonly RelationLock[]): readonly [LockMode, readonly string[]][] {
  const least = lockModes.indexOf("ShareUpdateExclusiveLock");
  return lockModes
    .slice(least)
    .reverse()
    .map((mode): [LockMode, readonly string[]] => [
      mode,
      locks.flatMap((lock) => (lock.mode === mode ? [lock.relation] : [])),
    ])
    .filter(([, relations]) => relations.length > 0);
}
