import type { Picture } from "./picture.js";

/**
 * A picture of its own, to try statements on: what is changed in it does not show in the one it comes from. Only what is
 * looked at is copied, so that it costs little whatever the database holds. Once the first picture has moved on, the
 * copy is of no more use.
 */
export function forkPicture(picture: Picture): Picture {
  const made = new Map<object, unknown>();
  // What is marked to be come back to is cloned as maps and sets of nothing but entries.
  const isLazy = !picture.keepsMarks;
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const known = made.get(value);
    if (known !== undefined) return known;
    if (value instanceof Map)
      return keep(made, value, isLazy ? new MapCopiedOnRead(value, copy) : copyMap(value, copy));
    if (value instanceof Set)
      return keep(made, value, isLazy ? new SetCopiedOnRead(value, copy) : copySet(value, copy));
    if (Array.isArray(value)) return keep(made, value, value.map(copy));
    return copyOnRead(value, keep(made, value, Object.create(Object.getPrototypeOf(value) as object) as object), copy);
  };
  const fork = Object.create(Object.getPrototypeOf(picture) as object) as Record<string, unknown>;
  for (const [name, value] of Object.entries(picture)) {
    fork[name] = value instanceof Map ? new MapCopiedOnRead(value, copy) : copy(value);
  }
  return fork as unknown as Picture;
}

function copyMap(map: ReadonlyMap<unknown, unknown>, copy: (value: unknown) => unknown): Map<unknown, unknown> {
  return new Map([...map].map(([key, one]) => [key, copy(one)]));
}

function copySet(set: ReadonlySet<unknown>, copy: (value: unknown) => unknown): Set<unknown> {
  return new Set([...set].map(copy));
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
    let size = this.#from.size - this.#gone.size;
    for (const key of super.keys()) if (!this.#from.has(key) || this.#gone.has(key)) size += 1;
    return size;
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

/**
 * The same for a set, which is filled when somebody looks into it: one more reference to a table that thousands refer to
 * costs no copy of the others.
 */
class SetCopiedOnRead<Value> extends Set<Value> {
  #from: ReadonlySet<Value> | undefined;
  readonly #copy: (value: unknown) => unknown;

  constructor(from: ReadonlySet<Value>, copy: (value: unknown) => unknown) {
    super();
    this.#from = from;
    this.#copy = copy;
  }

  #fill(): void {
    if (this.#from === undefined) return;
    const [from, added] = [this.#from, [...super.values()]];
    this.#from = undefined;
    super.clear();
    for (const one of from) super.add(this.#copy(one) as Value);
    // A copy of what is there already stays where it is.
    for (const one of added) super.add(one);
  }

  override has(value: Value): boolean {
    this.#fill();
    return super.has(value);
  }

  override delete(value: Value): boolean {
    this.#fill();
    return super.delete(value);
  }

  override clear(): void {
    this.#from = undefined;
    super.clear();
  }

  override get size(): number {
    this.#fill();
    return super.size;
  }

  override keys(): SetIterator<Value> {
    return this.values();
  }

  override values(): SetIterator<Value> {
    this.#fill();
    return super.values();
  }

  override entries(): SetIterator<[Value, Value]> {
    this.#fill();
    return super.entries();
  }

  override [Symbol.iterator](): SetIterator<Value> {
    return this.values();
  }

  override forEach(each: (value: Value, again: Value, set: Set<Value>) => void): void {
    for (const value of this.values()) each(value, value, this);
  }
}
