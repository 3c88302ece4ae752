/** Relation lock modes from weakest to strongest, spelled as pg_locks spells them. */
const lockModes = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;

/** Position in the order of strength; an unknown mode is the weakest. */
export function lockStrength(mode: string): number {
  return (lockModes as readonly string[]).indexOf(mode);
}
