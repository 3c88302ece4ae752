import type { DurationEstimate, Operation } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";

/** How long operations take, one after another, without waiting for locks. `estimateDuration` fits. */
export type EstimateDuration = (input: {
  readonly operations: readonly Operation[];
  readonly relations: readonly RelationFacts[];
}) => DurationEstimate;

/** An operation, and the statement it is of, where that is at hand: recommendations then repeat what it says. */
export interface AssessedOperation extends Operation {
  readonly sql?: string;
}
