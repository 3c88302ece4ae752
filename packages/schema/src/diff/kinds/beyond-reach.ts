import { ConfitureError } from "@confiture/model";

/** A difference that no statement of ours can take away. `by` is what a person can do about it. */
export function beyondReach(message: string, by: string): ConfitureError {
  return new ConfitureError("CONFITURE_DIFF_IMPOSSIBLE", message, { hint: by });
}
