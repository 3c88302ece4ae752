import type { DiffEntry, ObjectKey } from "./catalog-index.js";

/** Statements that belong together, with what they make and take away. */
export interface Action {
  readonly verb: "drop" | "rename" | "let go" | "create" | "copy" | "alter" | "take up" | "grant";
  readonly subject: DiffEntry;
  readonly statements: readonly string[];
  /** What is there in its new form behind it, besides its subject. */
  readonly provides: readonly ObjectKey[];
  /** What is gone behind it. */
  readonly removes: readonly ObjectKey[];
  /** For `let go` and `take up`: what is let go of. */
  readonly needed?: ObjectKey;
  /** What is dropped is elsewhere by then, or can be computed again. */
  readonly losesNothing?: boolean;
}

export function actionOn(subject: DiffEntry, verb: Action["verb"], statements: readonly string[]): Action {
  return { verb, subject, statements, provides: [], removes: [] };
}
