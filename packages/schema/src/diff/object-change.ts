import type { DiffEntry, ObjectKey } from "./catalog-index.js";
import { isRetyped } from "./kinds/change-type.js";

/** What becomes of one object. `replace`: dropped and made again. */
export type Fate = "keep" | "create" | "drop" | "alter" | "replace";

export interface Change {
  readonly key: ObjectKey;
  readonly before?: DiffEntry;
  readonly after?: DiffEntry;
  fate: Fate;
  /** In place, for `alter`. */
  statements: readonly string[];
  /** What it lets go of before that is dropped, and takes up again behind. */
  letGo: LetGo[];
  /** Types made anew under the same name, which this column has to be brought to. */
  retypedBy: ObjectKey[];
  /** Replaced, and kept under another name until its rows, or the columns of its type, have the new one. */
  aside: boolean;
}

export interface LetGo {
  readonly needed: ObjectKey;
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

export type Changes = ReadonlyMap<ObjectKey, Change>;

/** What is there on both sides is dropped and made again: nothing that was to be done to it in place is left to do. */
export function setReplaced(change: Change): void {
  change.fate = "replace";
  change.statements = [];
  change.letGo = [];
}

/** Whether a column's values are to be of another type, or of another order, than they were. */
export function isRetype({ before, after, retypedBy }: Change): boolean {
  if (retypedBy.length > 0) return true;
  return before?.kind === "columns" && after?.kind === "columns" && isRetyped(before.entry, after.entry);
}

/** Whether a generated column becomes a plain one in place, which keeps its values: by itself, or with its parent's. */
export function endsGeneration({ fate, before, after }: Change): boolean {
  if ((fate !== "alter" && fate !== "keep") || before?.kind !== "columns" || after?.kind !== "columns") return false;
  return before.entry.generated !== undefined && after.entry.generated === undefined;
}
