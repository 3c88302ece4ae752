import type { Picture } from "./picture.js";

/**
 * A picture of its own, to try statements on: what is changed in it does not show in the one it comes from. Only what is
 * looked at is copied, so that it costs little whatever the database holds. Once the first picture has moved on, the
 * copy is of no more use.
 */
export function forkPicture(picture: Picture): Picture {
  const made = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const known = made.get(value);
    if (known !== undefined) return known;
    if (value instanceof Map) return keep(made, value, new Map([...value].map(([key, one]) => [key, copy(one)])));
    if (value instanceof Set) return keep(made, value, new Set([...value].map(copy)));
    if (Array.isArray(value)) return keep(made, value, value.map(copy));
    return copyOnRead(value, keep(made, value, Object.create(Object.getPrototypeOf(value) as object) as object), copy);
  };
  const fork = Object.create(Object.getPrototypeOf(picture) as object) as Record<string, unknown>;
  for (const [name, value] of Object.entries(picture)) {
    fork[name] = value instanceof Map ? new MapCopiedOnRead(value, copy) : copy(value);
  }
  return fork as unknown as Picture;
}

function keep<Value>(made: Map<object, unknown>, from: object, value: Value): Value {
  made.set(from, value);
  return value;
}

/** Trees and shapes are read, never changed. */
const shared = new Set(["query", "shape"]);

/** What a property refers to is copied when somebody asks for it: everything hangs together with everything. */
function copyOnRead(from: object, to: object, copy: (value: unknown) => unknown): object {
  for (const [name, value] of Object.entries(from)) {
    const define = (made: unknown) =>
      Object.defineProperty(to, name, { value: made, enumerable: true, configurable: true, writable: true });
    if (typeof value !== "object" || value === null || shared.has(name)) define(value);
    else {
      Object.defineProperty(to, name, {
        enumerable: true,
        configurable: true,
        get: () => {
          const made = copy(value);
          define(made);
          return made;
        },
        set: define,
      });
    }
  }
  return to;
}

/** What is written and what has been read is kept beside the first map; of that nothing is copied beforehand. */
class MapCopiedOnRead<Key, Value> extends Map<Key, Value> {
  readonly #from: ReadonlyMap<Key, Value>;
  readonly #copy: (value: unknown) => unknown;
  readonly #gone = new Set<Key>();

  constructor(from: ReadonlyMap<Key, Value>, copy: (value: unknown) => unknown) {
    super();
    this.#from = from;
    this.#copy = copy;
  }

  override has(key: Key): boolean {
    return super.has(key) || (this.#from.has(key) && !this.#gone.has(key));
  }

  override get(key: Key): Value | undefined {
    if (super.has(key) || this.#gone.has(key)) return super.get(key);
    const value = this.#from.get(key);
    if (value === undefined) return undefined;
    const made = this.#copy(value) as Value;
    super.set(key, made);
    return made;
  }

  override delete(key: Key): boolean {
    const wasThere = this.has(key);
    super.delete(key);
    if (this.#from.has(key)) this.#gone.add(key);
    return wasThere;
  }

  override clear(): void {
    for (const key of [...this.keys()]) this.delete(key);
  }

  override get size(): number {
    return [...this.keys()].length;
  }

  override *keys(): MapIterator<Key> {
    for (const key of this.#from.keys()) if (!this.#gone.has(key)) yield key;
    for (const key of super.keys()) if (!this.#from.has(key) || this.#gone.has(key)) yield key;
  }

  override *entries(): MapIterator<[Key, Value]> {
    for (const key of this.keys()) yield [key, this.get(key)!];
  }

  override *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  override forEach(each: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }
}
