import type { RelationLock } from "@confiture/model";

/** What can be said about one statement: a gentler way, that none is needed, or that there is none. */
export type SaferAnswer =
  | SaferSequence
  /** It does no long work under a lock that anybody waits for. */
  | { readonly kind: "already-safe"; readonly because: string }
  | { readonly kind: "none"; readonly because: string };

/**
 * Steps that end where the statement ends, in the same catalog and the same rows, without its long work under a lock
 * that stops reads or writes. Plain data; each step commits before the next begins.
 */
export interface SaferSequence {
  readonly kind: "safer";
  readonly steps: readonly SaferStep[];
  /** What the statement itself would do. */
  readonly because: string;
  /** What is different on the way, or has to hold for the end to be the same. */
  readonly caveats: readonly string[];
  /** The first major version that accepts every step; 13 also when older ones do. */
  readonly since: number;
}

export interface SaferStep {
  /** One statement, or several that commit together, without the last semicolon. */
  readonly sql: string;
  /** `own`: a transaction of its own. `alone`: PostgreSQL refuses it inside a transaction block. */
  readonly transaction: "own" | "alone";
  readonly because: string;
  /** Present for a batch: run it again, each time in a transaction of its own, until it changes no row. */
  readonly repeatUntil?: "no rows";
  /** The same as one statement that commits behind each batch and so runs alone: for a file, which cannot repeat. */
  readonly asLoop?: string;
  /** Its work takes as long as there are rows, and others wait for its locks meanwhile: this step has no gentler form. */
  readonly isLong?: true;
  /** `later`: a migration of its own, once no running code uses the old form any more. */
  readonly when: "now" | "later";
  /** The strongest lock on each relation that was there before, as `predictEffects` says. */
  readonly locks: readonly RelationLock[];
}

/** A step before its locks are known. */
export type StepDraft = Omit<SaferStep, "locks" | "when"> & { readonly when?: SaferStep["when"] };

/** What a form's reader answers with. */
export type SaferDraft =
  | {
      readonly kind: "safer";
      readonly steps: readonly StepDraft[];
      readonly because: string;
      readonly caveats: readonly string[];
    }
  | Exclude<SaferAnswer, SaferSequence>;

export function own(sql: string, because: string): StepDraft {
  return { sql, transaction: "own", because };
}

export function alone(sql: string, because: string): StepDraft {
  return { sql, transaction: "alone", because };
}

export function none(because: string): SaferDraft & { readonly kind: "none" } {
  return { kind: "none", because };
}

export function alreadySafe(because: string): SaferDraft & { readonly kind: "already-safe" } {
  return { kind: "already-safe", because };
}
