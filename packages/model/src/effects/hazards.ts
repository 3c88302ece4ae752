/** Names for what a statement may do to people, as tools of this field spell them; the same on PostgreSQL 13–18. */
export const hazards = [
  "AcquiresAccessExclusiveLock",
  "AcquiresShareRowExclusiveLock",
  "AcquiresShareLock",
  "DeletesData",
  "IndexBuild",
  "IndexDropped",
  "AuthzUpdate",
  "ImpactsDatabasePerformance",
  "HasUntrackableDependencies",
  "Correctness",
  "ExtensionVersionUpgrade",
] as const;

export type Hazard = (typeof hazards)[number];
