import type { PlannedSegment } from "@confiture/model";
import { setsTransaction } from "../plan/sets-transaction.js";

/** Why a segment cannot run where nothing is committed; undefined where it can. */
export function needsCommit(segment: PlannedSegment | undefined): string | undefined {
  if (segment === undefined) return undefined;
  if (segment.kind === "alone") return segment.because;
  if (segment.kind === "program") return segment.transaction ? undefined : "the program runs outside a transaction";
  if (segment.beginOptions !== undefined || segment.steps.some(setsTransaction))
    return "it chooses how its transaction is isolated, and the rehearsal's has begun";
  const forGood = segment.steps.find(({ serverWide }) => serverWide?.endsWith("()") === true);
  return forGood === undefined ? undefined : `${forGood.serverWide} cannot be rolled back`;
}
