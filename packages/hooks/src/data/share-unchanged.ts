import { type Container, entryOf, freezePlain, keysOf } from "./freeze-plain.js";

/** A copy of plain data that can be written to. */
export function copyPlain(data: unknown): unknown {
  if (!isObject(data)) return data;
  if (Array.isArray(data)) return data.map(copyPlain);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(data)) copy[key] = copyPlain(entryOf(data, key));
  return copy;
}

/**
 * The changed copy, frozen, with everything in it that is equal to what was there replaced by what was there: a change of one field
 * costs one path, and who compares the two sees at once what is the same.
 */
export function shareUnchanged(before: unknown, after: unknown, event: string): unknown {
  freezePlain(after, event);
  return shared(before, after);
}

function shared(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) return after;
  const keys = keysOf(after);
  let isSame = keys.length === keysOf(before).length;
  const entries = keys.map((key) => {
    const entry = shared(entryOf(before, key), entryOf(after, key));
    isSame &&= Object.hasOwn(before, key) && Object.is(entry, entryOf(before, key));
    return [key, entry] as const;
  });
  if (isSame) return before;
  return Object.freeze(Array.isArray(after) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries));
}

export function isObject(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
