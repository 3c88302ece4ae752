import type { Effect } from "@confiture/model";
import type { ObservedEffect } from "@confiture/sql";
import { effectSaying } from "./effect-saying.js";

/** What was seen, said as if it had been predicted: to hold one observation against another. */
export function observedAsEffect(observed: ObservedEffect): Effect {
  return effectSaying({
    locks: observed.locks,
    indexLocks: observed.indexLocks,
    rewrites: observed.rewrites,
    fileSwaps: observed.fileSwaps,
    indexBuilds: observed.indexBuilds.map((build) => ({
      ...build,
      method: "btree",
      unique: false,
      concurrently: false,
      columns: [],
      why: "rebuild",
    })),
    scans: observed.scans.map((relation) => ({ relation, why: "query" })),
    waits: (observed.waits ?? []).map((wait) => ({ ...wait, oldSnapshots: true })),
  });
}
