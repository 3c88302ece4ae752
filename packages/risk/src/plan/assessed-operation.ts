import type { DurationEstimate, Operation } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";

/** How long operations take, one after another, without waiting for locks. `estimateDuration` fits. */
export type EstimateDuration = (input: {
  readonly operations: readonly Operation[];
  readonly relations: readonly RelationFacts[];
}) => DurationEstimate;

/** An operation, and the gentler way of the statement it is of, where somebody who can read SQL has looked for one. */
export interface AssessedOperation extends Operation {
  readonly safer?: SaferWay;
}

/** What `saferSequence` of `@confiture/sql` answers, as far as it is advice. */
export type SaferWay =
  | {
      readonly kind: "safer";
      /** Statements to run instead, in order, each in a transaction of its own. */
      readonly sql: readonly string[];
      /** Words on them, beyond what is known of the kind of operation. */
      readonly caveats?: readonly string[];
    }
  /** It keeps nobody out for long as it is. */
  | { readonly kind: "already-safe" }
  | { readonly kind: "none"; readonly because: string };
