import type { Action } from "./action.js";
import type { CatalogIndex, ObjectKey } from "./catalog-index.js";
import { claimsOf } from "./kinds/all-kinds.js";
import { foreignKeysTo } from "./kinds/foreign-keys-to.js";
import type { Sides } from "./kinds/kind-rules.js";
import type { Changes } from "./object-change.js";

export type Verb = Action["verb"];

/** Actions by their places, between which edges are drawn. */
export interface Graph extends Places {
  readonly actions: readonly Action[];
  readonly changes: Changes;
  readonly sides: Sides;
  readonly apart: ReadonlySet<ObjectKey>;
  /** The one before the other, when there are both. */
  link(first: number | undefined, then: number | undefined): void;
}

interface Places {
  /** Of the action with a verb on an object. */
  at(verb: Verb, key: ObjectKey): number | undefined;
  /** Of the action behind which the object is gone, or is there in its new form. */
  readonly removers: ReadonlyMap<ObjectKey, number>;
  readonly makers: ReadonlyMap<ObjectKey, number>;
  /** Of the action behind which a name is free. */
  readonly claimed: ReadonlyMap<string, number>;
}

export function placesOf(actions: readonly Action[], { before }: Sides): Places {
  const byVerb = new Map<Verb, Map<ObjectKey, number>>();
  actions.forEach(({ verb, subject }, place) => {
    const places = byVerb.get(verb) ?? new Map<ObjectKey, number>();
    byVerb.set(verb, places.set(subject.key, place));
  });
  const at = (verb: Verb, key: ObjectKey) => byVerb.get(verb)?.get(key);
  const [removers, makers] = [new Map<ObjectKey, number>(), new Map<ObjectKey, number>()];
  const claimed = new Map<string, number>();
  actions.forEach(({ verb, subject, removes, provides }, place) => {
    if (verb === "let go" && subject.kind === "columns")
      for (const claim of claimsOf(subject)) claimed.set(claim, place);
    for (const key of removes) {
      removers.set(key, place);
      const free = at("rename", key) ?? at("rename", subject.key) ?? place;
      for (const claim of claimsOf(before.entries.get(key))) claimed.set(claim, free);
    }
    for (const key of provides) makers.set(key, place);
  });
  return { at, removers, makers, claimed };
}

/** Foreign keys to the tables that a partition is a part of. */
export function referencesInto(membership: ObjectKey, index: CatalogIndex): readonly ObjectKey[] {
  const partition = index.entries.get(membership);
  return partition?.kind === "partitions" ? foreignKeysTo(partition.entry.of, index) : [];
}

/** Of the column itself it is the type and the collation that it needs; the rest is its default's. */
export function isOfDefault(column: ObjectKey, needed: ObjectKey, apart: ReadonlySet<ObjectKey>): boolean {
  return (
    apart.has(column) &&
    column.startsWith("columns ") &&
    !/^(types|collations|tables|columns|foreignTables) /.test(needed)
  );
}
