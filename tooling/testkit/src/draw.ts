import fc from "fast-check";

/** Decisions by chance, always the same for the same seed. */
export interface Draw {
  /** From 0 to `most`, both included. */
  int(most: number): number;
  pick<Item>(list: readonly Item[]): Item;
  /** Undefined of an empty list. */
  pickOr<Item>(list: readonly Item[]): Item | undefined;
  percent(chance: number): boolean;
  /** Up to `most` different ones, in the list's order. */
  some<Item>(list: readonly Item[], most: number): Item[];
}

// Without bias: fast-check would prefer the ends of each range, and so the ends of each list.
const upTo = (most: number) => fc.noBias(fc.integer({ min: 0, max: most }));

export function drawWith(seed: number): Draw {
  const [generate] = fc.sample(fc.gen(), { seed, numRuns: 1 });
  const int = (most: number) => generate!(upTo, Math.max(0, most));
  const pickOr = <Item>(list: readonly Item[]) => list[int(list.length - 1)];
  return {
    int,
    pickOr,
    pick: <Item>(list: readonly Item[]) => pickOr(list)!,
    percent: (chance) => int(99) < chance,
    some(list, most) {
      const left = [...list];
      const wanted = int(Math.min(most, list.length));
      while (left.length > wanted) left.splice(int(left.length - 1), 1);
      return left;
    },
  };
}
