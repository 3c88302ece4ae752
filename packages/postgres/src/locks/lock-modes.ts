import { lockModes } from "@confiture/model";

/** Position in the order of strength; an unknown mode is the weakest. */
export function lockStrength(mode: string): number {
  return (lockModes as readonly string[]).indexOf(mode);
}
