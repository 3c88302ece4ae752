import { HookError } from "../errors/hook-error.js";

/** Where something stands in the data, from its top. */
export type DataPath = readonly (string | number)[];

export type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Nothing plain is this deep: it goes in a circle. */
const deepest = 500;

/** From how many objects on it pays to remember that something is frozen all through. */
const worthRemembering = 16;

const known = new WeakSet<object>();

/**
 * Freezes data all through, in place, and refuses what is not plain. Anything large is remembered, so that a catalog that goes from
 * event to event is walked once.
 */
export function freezePlain<Data>(data: Data, event: string): Data {
  freezeAt(data, { event, path: [] });
  return data;
}

interface Place {
  readonly event: string;
  readonly path: (string | number)[];
}

/** How many objects it froze. */
function freezeAt(value: unknown, place: Place): number {
  if (!isContainer(value, place) || known.has(value)) return 0;
  const { path } = place;
  if (path.length > deepest) throw notPlain(place, "goes in a circle, or is nested too deeply");
  Object.freeze(value);
  let count = 1;
  for (const key of keysOf(value)) {
    path.push(key);
    count += freezeAt(entryOf(value, key), place);
    path.pop();
  }
  if (count >= worthRemembering) known.add(value);
  return count;
}

/** Whether it is an array or an object; throws for what data may not hold. */
function isContainer(value: unknown, place: Place): value is Container {
  if (typeof value === "function" || typeof value === "symbol") throw notPlain(place, `is a ${typeof value}`);
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm is as plain as one of ours: what counts is that nothing stands between it and the root.
  const isPlain = prototype === null || Array.isArray(value) || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) throw notPlain(place, `is a ${value.constructor?.name ?? "class instance"}`);
  if (Object.hasOwn(value, "__proto__")) throw notPlain(place, "has a key __proto__");
  return true;
}

export function keysOf(value: Container): readonly (string | number)[] {
  return Array.isArray(value) ? [...value.keys()] : Object.keys(value);
}

export function entryOf(value: Container, key: string | number): unknown {
  return (value as Readonly<Record<string | number, unknown>>)[key];
}

function notPlain({ event, path }: Place, what: string): HookError {
  const where = path.length === 0 ? "the data" : `data.${path.slice(0, 8).join(".")}`;
  return new HookError("CONFITURE_HOOK_DATA", `${event}: ${where} ${what}; data is plain.`, {
    event,
    hint: "Hand over as `metadata` what is not objects, arrays and simple values.",
  });
}
