import { type Container, type DataPath, entryOf, keysOf } from "./freeze-plain.js";
import { isObject } from "./share-unchanged.js";

/** One place that is another one than before. */
export type DataChange =
  | { readonly path: DataPath; readonly kind: "set"; readonly value: unknown }
  | { readonly path: DataPath; readonly kind: "remove" };

/**
 * What leads from one state of the data to another. An array that has another length changed as a whole: which of its elements moved
 * nobody can tell.
 */
export function listChanges(before: unknown, after: unknown, path: DataPath = []): readonly DataChange[] {
  if (Object.is(before, after)) return [];
  if (!isObject(before) || !isObject(after) || !areComparable(before, after)) {
    return [{ path, kind: "set", value: after }];
  }
  const removed = keysOf(before)
    .filter((key) => !Object.hasOwn(after, key))
    .map((key) => ({ path: [...path, key], kind: "remove" }) as const);
  const changed = keysOf(after).flatMap((key) => {
    const value = entryOf(after, key);
    // A key that holds undefined is not the same as no key.
    if (!Object.hasOwn(before, key)) return [{ path: [...path, key], kind: "set", value } as const];
    return listChanges(entryOf(before, key), value, [...path, key]);
  });
  return [...removed, ...changed];
}

function areComparable(before: Container, after: Container): boolean {
  if (Array.isArray(before) && Array.isArray(after)) return before.length === after.length;
  return !Array.isArray(before) && !Array.isArray(after);
}

/** The data with one change made, frozen; only the path to it is made anew. */
export function applyChange(data: unknown, change: DataChange, depth = 0): unknown {
  const key = change.path[depth];
  if (key === undefined) return change.kind === "set" ? change.value : undefined;
  // Somebody else has put something here that has no such place: the path is made.
  const container = isObject(data) ? data : {};
  const isLast = depth === change.path.length - 1;
  if (Array.isArray(container)) {
    return Object.freeze(
      container.map((entry: unknown, index) => (index === key ? applyChange(entry, change, depth + 1) : entry)),
    );
  }
  const copy: Record<string, unknown> = { ...container };
  if (isLast && change.kind === "remove") delete copy[key];
  else copy[key] = applyChange(copy[key], change, depth + 1);
  return Object.freeze(copy);
}

export function isSameChange(one: DataChange, other: DataChange): boolean {
  if (one.kind === "remove" || other.kind === "remove") return one.kind === other.kind;
  return listChanges(one.value, other.value).length === 0;
}
