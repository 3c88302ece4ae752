import type { Action } from "./action.js";
import type { ObjectKey } from "./catalog-index.js";
import { Circle } from "./circle.js";
import { edgesBetween } from "./edges-between.js";
import { findRing } from "./find-ring.js";
import { groupBy } from "./group-by.js";
import { placeOf } from "./kinds/all-kinds.js";
import type { Sides } from "./kinds/kind-rules.js";
import type { Changes } from "./object-change.js";
import { resolveAnnotated } from "./resolve-annotated.js";
import { SmallestFirst } from "./smallest-first.js";

/**
 * One order in which everything finds what it needs; always the same for the same actions.
 *
 * @throws Circle when actions wait for each other.
 */
export function orderActions(
  actions: readonly Action[],
  changes: Changes,
  sides: Sides,
  apart: ReadonlySet<ObjectKey> = new Set(),
): readonly Action[] {
  const stages = groupBy(actions.flatMap(valuesApart).sort(compareActions), (action) => stageOf(action, sides));
  return [...stages]
    .sort(([a], [b]) => a - b)
    .flatMap(([, group]) => sortByEdges(group, edgesBetween(group, changes, sides, apart)));
}

/** Values of enums, which may have to be committed before they are used, apart from what else is done to their type. */
function valuesApart(action: Action): readonly Action[] {
  if (!addsValue(action)) return [action];
  const isAddition = addition(action);
  const others = action.statements.filter((sql) => !isAddition(sql));
  const additions = { ...action, statements: action.statements.filter(isAddition) };
  return others.length === 0 ? [additions] : [additions, { ...action, statements: others }];
}

function addsValue(action: Action): boolean {
  const { verb, subject, statements } = action;
  return verb === "alter" && subject.kind === "types" && statements.some(addition(action));
}

function addition({ subject }: Action): (sql: string) => boolean {
  return (sql) => sql.startsWith(`alter type ${subject.name} add value `);
}

/**
 * Event triggers would fire on all that is done here, and default privileges give rights to what is made. New values of
 * enums come before anything goes: what is committed with them then lacks nothing.
 */
function stageOf(action: Action, sides: Sides): number {
  const { verb, subject } = action;
  if (subject.kind === "eventTriggers") return verb === "drop" ? 0 : 4;
  if (addsValue(action)) return 1;
  if (subject.kind === "defaultPrivileges") return 3;
  if ((subject.kind === "comments" || subject.kind === "securityLabels") && verb !== "drop")
    return resolveAnnotated(subject.entry.on, sides.after)?.kind === "eventTriggers" ? 4 : 2;
  return 2;
}

/** What goes comes first and from the outside in, what is made from the inside out. */
function compareActions(a: Action, b: Action): number {
  const phase = phases[a.verb] - phases[b.verb];
  if (phase !== 0) return phase;
  const [left, right] = [placeOf(a.subject.kind), placeOf(b.subject.kind)];
  if (left !== right) return a.verb === "drop" ? right - left : left - right;
  const [first, second] = [a.subject, b.subject];
  if (first.kind === "columns" && second.kind === "columns" && first.entry.table === second.entry.table)
    return first.entry.position - second.entry.position;
  return first.name < second.name ? -1 : first.name > second.name ? 1 : 0;
}

const phases: Readonly<Record<Action["verb"], number>> = {
  "let go": 0,
  rename: 1,
  drop: 2,
  create: 3,
  alter: 3,
  copy: 4,
  "take up": 5,
  grant: 6,
};

/** Kahn's algorithm; among what is free, the one that stands first. */
function sortByEdges(actions: readonly Action[], behind: readonly ReadonlySet<number>[]): readonly Action[] {
  const waits = actions.map(() => 0);
  for (const targets of behind) for (const target of targets) waits[target]! += 1;
  const free = new SmallestFirst();
  waits.forEach((count, place) => {
    if (count === 0) free.push(place);
  });
  const ordered: Action[] = [];
  for (let place = free.pop(); place !== undefined; place = free.pop()) {
    ordered.push(actions[place]!);
    for (const target of behind[place]!) {
      waits[target]! -= 1;
      if (waits[target] === 0) free.push(target);
    }
  }
  if (ordered.length === actions.length) return ordered;
  const isWaiting = (place: number) => waits[place]! > 0;
  throw new Circle(
    actions.filter((_, place) => isWaiting(place)),
    () => findRing(behind, isWaiting).map((place) => actions[place]!),
  );
}
