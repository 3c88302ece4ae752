import type { Effect } from "@confiture/model";
import type { EffectPredictor } from "@confiture/sql";

/** An effect of nothing but what is given. */
export function effectSaying(parts: Partial<Effect>): Effect {
  return {
    locks: [],
    indexLocks: [],
    rewrites: [],
    fileSwaps: [],
    indexBuilds: [],
    scans: [],
    waits: [],
    transactional: true,
    dataLoss: [],
    reversible: "yes",
    hazards: [],
    compatibility: { runningCode: "works" },
    requires: [],
    since: 13,
    certainty: "certain",
    assumptions: [],
    ...parts,
  };
}

/** Says of each statement in turn what it was told to. */
export function predictorSaying(...said: readonly Partial<Effect>[]): EffectPredictor {
  return async (statements) =>
    statements.map((statement, place) => ({ statement, operations: [], effect: effectSaying(said[place] ?? {}) }));
}
