import { ConfitureError } from "@confiture/model";
import type { Action } from "./action.js";
import type { CatalogIndex, ObjectKey } from "./catalog-index.js";
import { namedOf } from "./kinds/all-kinds.js";
import type { Sides } from "./kinds/kind-rules.js";

/** Thrown inside when actions wait for each other; the caller may know a way to take them apart. */
export class Circle extends Error {
  /**
   * @param actions all that could not be put in order: those that wait for each other, and what waits for them.
   * @param findRing finds those of which each waits for the one before it, and the first for the last.
   */
  constructor(
    readonly actions: readonly Action[],
    readonly findRing: () => readonly Action[],
  ) {
    super("actions wait for each other");
  }
}

/**
 * Parts of tables that close a circle: they go before their table, or come behind it, by themselves. None: there is no way.
 */
export function partsInCircle({ actions }: Circle, { before, after }: Sides): readonly ObjectKey[] {
  const among = (keys: (action: Action) => readonly ObjectKey[]) => {
    const owner = new Map(actions.flatMap((action) => keys(action).map((key) => [key, action] as const)));
    return (key: ObjectKey, self: Action) => owner.has(key) && owner.get(key) !== self;
  };
  const [isRemoved, isMade] = [among(({ removes }) => removes), among(({ provides }) => provides)];
  return actions.flatMap((action) => [
    ...action.removes.filter(
      (key) =>
        key !== action.subject.key &&
        partsApart.test(key) &&
        !goesWithAPart(key, before) &&
        before.needsOf(key).some((need) => isRemoved(need, action)),
    ),
    ...action.provides.filter(
      (key) => key.startsWith("columns ") && after.needsOf(key).some((need) => isMade(need, action)),
    ),
  ]);
}

/** The index of a constraint, and what a partition has from its parent, do not go by themselves. */
function goesWithAPart(key: ObjectKey, index: CatalogIndex): boolean {
  const part = index.entries.get(key);
  if (part?.kind === "indexes" && part.entry.constraint !== undefined) return true;
  return part !== undefined && "parent" in part.entry && part.entry.parent !== undefined;
}

const partsApart = /^(columns|constraints|indexes|triggers|policies|rules) /;

/** Views that are to show something else, which is not there before what they have shown is gone: they go first. */
export function viewsInCircle({ actions }: Circle): readonly ObjectKey[] {
  return actions.flatMap(({ verb, subject }) => (verb === "alter" && subject.kind === "views" ? [subject.key] : []));
}

export function circleError(circle: Circle): ConfitureError {
  const names = circle
    .findRing()
    .slice(0, 12)
    .map(({ verb, subject }) => `${verb} ${namedOf(subject)}`);
  return new ConfitureError("CONFITURE_DIFF_IMPOSSIBLE", `These changes wait for each other: ${names.join(", ")}.`, {
    hint: "Take the change apart: bring the database to a state in between first.",
    facts: { actions: names },
  });
}
