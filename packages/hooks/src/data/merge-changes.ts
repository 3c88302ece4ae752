import type { HookConflict } from "../run/hook-outcome.js";
import type { DataPath } from "./freeze-plain.js";
import { applyChange, type DataChange, isSameChange } from "./list-changes.js";

/** What one hook changed, seen from the data it was given. */
export interface Contribution {
  readonly hookId: string;
  readonly changes: readonly DataChange[];
  /** Whether this hook saw what another one had changed: then it may change it again. */
  readonly saw: (hookId: string) => boolean;
}

export interface MergedData {
  readonly data: unknown;
  readonly conflicts: readonly HookConflict[];
}

/**
 * Brings together what hooks changed side by side, in the order given. Where two changed the same place, or one a place within
 * what the other one set, the first keeps it, and the conflict is reported; two that made the same of it agree.
 */
export function mergeChanges(base: unknown, contributions: readonly Contribution[]): MergedData {
  const written: Written = { inside: new Map() };
  const conflicts: HookConflict[] = [];
  let data = base;
  for (const contribution of contributions) {
    for (const change of contribution.changes) {
      const others = writersAt(written, change.path).filter(
        ({ hookId }) => hookId !== contribution.hookId && !contribution.saw(hookId),
      );
      const [other] = others;
      if (other !== undefined) {
        const agrees = others.every(
          (one) => one.change.path.length === change.path.length && isSameChange(one.change, change),
        );
        if (!agrees) conflicts.push({ path: change.path, kept: other.hookId, refused: contribution.hookId });
        continue;
      }
      data = applyChange(data, change);
      write(written, change, contribution.hookId);
    }
  }
  return { data, conflicts };
}

/** Which places have been changed, as a tree, so that finding those on a path and below it does not take looking at all. */
interface Written {
  writer?: { readonly hookId: string; readonly change: DataChange };
  readonly inside: Map<string | number, Written>;
}

type Writer = NonNullable<Written["writer"]>;

/** Who changed the place, something it lies in, or something that lies in it. */
function writersAt(top: Written, path: DataPath): readonly Writer[] {
  const found: Writer[] = [];
  let place: Written | undefined = top;
  for (const key of path) {
    if (place?.writer !== undefined) found.push(place.writer);
    place = place?.inside.get(key);
  }
  const below = (written: Written): void => {
    if (written.writer !== undefined) found.push(written.writer);
    written.inside.forEach(below);
  };
  if (place !== undefined) below(place);
  return found;
}

function write(top: Written, change: DataChange, hookId: string): void {
  let place = top;
  for (const key of change.path) {
    let next = place.inside.get(key);
    if (next === undefined) {
      next = { inside: new Map() };
      place.inside.set(key, next);
    }
    place = next;
  }
  place.writer = { hookId, change };
}
