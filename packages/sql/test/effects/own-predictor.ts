import type { EffectPredictor } from "@confiture/sql";
import * as sql from "@confiture/sql";

/** Undefined until the package has one. */
export const ownPredictor = (sql as Record<string, unknown>).predictEffects as EffectPredictor | undefined;
