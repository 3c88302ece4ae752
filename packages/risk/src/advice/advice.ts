import type { Recommendation } from "@confiture/model";

/** A recommendation with what orders it. */
export interface Advice extends Recommendation {
  /** Milliseconds of waiting it takes away; decides among those of one level. */
  readonly savesMs: number;
}
