import { type Effect, noEffect } from "@confiture/model";
import type { EffectPredictor } from "@confiture/sql";

/** An effect of nothing but what is given. */
export function effectSaying(parts: Partial<Effect>): Effect {
  return { ...noEffect, ...parts };
}

/** Says of each statement in turn what it was told to. */
export function predictorSaying(...said: readonly Partial<Effect>[]): EffectPredictor {
  return async (statements) =>
    statements.map((statement, place) => ({ statement, operations: [], effect: effectSaying(said[place] ?? {}) }));
}
