import type { predictEffects } from "../effects/predict-effects.js";

/** Tells what statements will do, one after another, without a server: `predictEffects`, or one to hold against it. */
export type EffectPredictor = typeof predictEffects;
