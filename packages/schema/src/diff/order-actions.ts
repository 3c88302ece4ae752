import { type CatalogColumn, type CatalogComment, type CatalogTable, ConfitureError } from "@confiture/model";
import type { Action } from "./build-actions.js";
import { keyOf, type ObjectKey } from "./catalog-index.js";
import { type Change, elementOf, ownersOf } from "./decide-fates.js";
import type { DiffKind } from "./diff-kinds.js";
import { placeOf, rulesOf } from "./kinds/all-kinds.js";
import { parentsOf } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";
import { resolveAnnotated } from "./resolve-annotated.js";

/** Thrown inside when actions wait for each other; the caller may know a way to take them apart. */
export class Circle extends Error {
  constructor(readonly actions: readonly Action[]) {
    super("actions wait for each other");
  }
}

/** One order in which everything finds what it needs; always the same for the same actions. */
export function orderActions(
  actions: readonly Action[],
  changes: ReadonlyMap<ObjectKey, Change>,
  sides: Sides,
  apart: ReadonlySet<ObjectKey> = new Set(),
): readonly Action[] {
  const groups = new Map<number, Action[]>();
  for (const action of [...actions].sort(compareActions)) {
    const group = groups.get(stageOf(action, sides)) ?? [];
    groups.set(stageOf(action, sides), group);
    group.push(action);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .flatMap(([, group]) => sortByEdges(group, edgesBetween(group, changes, sides, apart)));
}

/** Event triggers would fire on all that is done here, and default privileges give rights to what is made. */
function stageOf({ verb, subject }: Action, sides: Sides): number {
  if (subject.kind === "eventTriggers") return verb === "drop" ? 0 : 3;
  if (subject.kind === "defaultPrivileges") return 2;
  if ((subject.kind === "comments" || subject.kind === "securityLabels") && verb !== "drop") {
    const on = resolveAnnotated((subject.entry as CatalogComment).on, sides.after);
    return on?.kind === "eventTriggers" ? 3 : 1;
  }
  return 1;
}

/** What goes comes first and from the outside in, what is made from the inside out. */
function compareActions(a: Action, b: Action): number {
  const phase = phases[a.verb] - phases[b.verb];
  if (phase !== 0) return phase;
  const [left, right] = [placeOf(a.subject.kind), placeOf(b.subject.kind)];
  if (left !== right) return a.verb === "drop" ? right - left : left - right;
  if (a.subject.kind === "columns") {
    const place = (action: Action) => (action.subject.entry as { readonly position?: number }).position ?? 0;
    const [tableOfA, tableOfB] = [tableOf(a), tableOf(b)];
    if (tableOfA === tableOfB) return place(a) - place(b);
  }
  return a.subject.name < b.subject.name ? -1 : a.subject.name > b.subject.name ? 1 : 0;
}

function tableOf({ subject }: Action): string {
  return (subject.entry as { readonly table?: string }).table ?? "";
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

/** Dropped by a name that says nothing of what they are made of. */
const namedAlone: ReadonlySet<DiffKind> = new Set([
  "tables",
  "foreignTables",
  "views",
  "materializedViews",
  "sequences",
  "types",
  "indexes",
  "statistics",
]);

/** Altered by CREATE OR REPLACE and the like: nothing that depends on them stands in the way. */
const replacedInPlace: ReadonlySet<DiffKind> = new Set([
  "functions",
  "aggregates",
  "views",
  "operators",
  "triggers",
  "rules",
]);

function edgesBetween(
  actions: readonly Action[],
  changes: ReadonlyMap<ObjectKey, Change>,
  sides: Sides,
  apart: ReadonlySet<ObjectKey>,
): readonly Set<number>[] {
  const behind = actions.map(() => new Set<number>());
  const [removers, makers, alters, renames, copies] = [
    new Map<ObjectKey, number>(),
    new Map<ObjectKey, number>(),
    new Map<ObjectKey, number>(),
    new Map<ObjectKey, number>(),
    new Map<ObjectKey, number>(),
  ];
  const lettingGo = new Map<ObjectKey, number>();
  const claimed = new Map<string, number>();
  const renamePlaces = new Map(
    actions.flatMap(({ verb, subject }, place) => (verb === "rename" ? [[subject.key, place] as const] : [])),
  );
  actions.forEach(({ verb, subject, removes, provides }, place) => {
    for (const key of removes) {
      removers.set(key, place);
      const entry = sides.before.entries.get(key);
      for (const claim of entry === undefined ? [] : (rulesOf(entry.kind).claims?.(entry.entry as never) ?? []))
        claimed.set(claim, renamePlaces.get(key) ?? renamePlaces.get(subject.key) ?? place);
    }
    if (verb === "alter") alters.set(subject.key, place);
    if (verb === "let go" && subject.kind === "columns")
      for (const claim of rulesOf("columns").claims?.(subject.entry as never) ?? []) claimed.set(claim, place);
    if (verb === "rename") renames.set(subject.key, place);
    if (verb === "copy") copies.set(subject.key, place);
    if (verb === "let go") lettingGo.set(subject.key, place);
    for (const key of provides) makers.set(key, place);
  });
  const link = (first: number | undefined, then: number | undefined) => {
    if (first !== undefined && then !== undefined && first !== then) behind[first]?.add(then);
  };
  actions.forEach(({ verb, subject, removes, provides, needed }, place) => {
    if (verb === "rename" && subject.kind === "columns") {
      const { table, column } = subject.entry as { readonly table: string; readonly column: string };
      for (const parent of parentsOf(table, sides.after)) link(place, makers.get(`columns ${parent}.${column}`));
    }
    if (verb === "alter" && subject.kind === "columns")
      for (const type of changes.get(subject.key)?.retypedBy ?? [])
        for (const { name } of sides.after.constraintsOf(type.slice(type.indexOf(" ") + 1)))
          link(makers.get(`constraints ${name}`), place);
    if (verb === "create" && (subject.kind === "tables" || subject.kind === "columns"))
      for (const key of provides)
        for (const constraint of domainConstraintsOf(key, sides)) link(makers.get(`constraints ${constraint}`), place);
    if (verb === "alter" && subject.kind === "tables") {
      const unlogged = (subject.entry as CatalogTable).persistence === "unlogged";
      for (const { references, kind } of sides.after.constraintsOf(subject.name)) {
        // A logged table cannot refer to one that is not: which of the two goes first depends on where they go.
        const other = kind === "foreign key" ? alters.get(`tables ${references}`) : undefined;
        if (unlogged) link(place, other);
        else link(other, place);
      }
    }
    // What is inherited can go when the table has left the parent.
    if (verb === "drop" && subject.kind === "columns" && (subject.entry as CatalogColumn).inheritance !== undefined)
      link(alters.get(`tables ${tableOf(actions[place]!)}`), place);
    if (verb === "copy") {
      link(makers.get(subject.key), place);
      link(place, removers.get(subject.key));
      // What fires on rows, refers to them or shows them comes when they are there.
      for (const key of sides.after.dependentsOf(subject.key))
        if (/^(triggers|rules) /.test(key)) link(place, makers.get(key));
      for (const { name, references } of sides.after.catalog.constraints)
        if (references === subject.name) link(place, makers.get(`constraints ${name}`));
      for (const { name } of sides.after.catalog.materializedViews)
        link(place, makers.get(`materializedViews ${name}`));
      for (const child of sides.after.childrenOf(subject.name))
        link(makers.get(`partitions ${child} of ${subject.name}`), place);
    }
    if (verb === "grant") {
      const columns =
        subject.kind === "tables" || subject.kind === "foreignTables" ? sides.after.columnsOf(subject.name) : [];
      for (const key of [subject.key, ...columns.map(({ name }) => `columns ${name}`)]) link(makers.get(key), place);
    }
    if (verb === "let go") link(place, removers.get(needed ?? ""));
    if (verb === "let go") link(place, renames.get(needed ?? ""));
    if (verb === "let go") link(place, alters.get(subject.key));
    if (verb === "take up")
      for (const key of [needed ?? "", subject.key, ...sides.after.needsOf(subject.key)]) link(makers.get(key), place);
    for (const key of removes) {
      for (const dependent of sides.before.dependentsOf(key)) {
        if (isOfDefault(dependent, key, apart)) {
          link(lettingGo.get(dependent), place);
          continue;
        }
        const remover = removers.get(dependent);
        // An inherited column can only go when it is none any more.
        if (
          subject.kind === "columns" &&
          dependent.startsWith("columns ") &&
          actions[remover ?? -1]?.subject.key === dependent
        ) {
          if (!sameTable(dependent, key, sides)) {
            link(place, remover);
            continue;
          }
        }
        // What is a part of both goes with the one that goes first.
        if (isCarried(dependent, key, remover === undefined ? undefined : actions[remover], sides)) continue;
        link(remover, place);
        // By its old name; a partition goes only when the rows are out of it.
        const rename = renames.get(key) ?? renames.get(subject.key);
        const rows = copies.get(subject.key);
        if (rename !== undefined && remover !== place && remover !== undefined) {
          // What stands aside itself follows the other by its oid.
          if (renames.has(actions[remover]?.subject.key ?? "")) continue;
          if (rows !== undefined && actions[remover]?.subject.kind === "tables") link(rows, remover);
          else if (!namedAlone.has(actions[remover]?.subject.kind ?? "tables")) link(remover, rename);
        }
        if (renames.has(key) && !sides.after.needsOf(dependent).includes(key))
          link(alters.get(dependent), renames.get(key));
        // It lets go by what it becomes, unless it becomes that only with what is made in this one's place.
        if (changes.get(dependent)?.letGo.some((one) => one.needed === key) !== true)
          link(alters.get(dependent), place);
      }
      link(renames.get(subject.key) ?? place, makers.get(key));
    }
    if (verb === "alter" && !replacedInPlace.has(subject.kind))
      for (const dependent of sides.before.dependentsOf(subject.key)) link(removers.get(dependent), place);
    for (const key of provides) {
      for (const need of sides.after.needsOf(key)) if (!isOfDefault(key, need, apart)) link(makers.get(need), place);
      const entry = sides.after.entries.get(key);
      for (const claim of entry === undefined || verb === "alter"
        ? []
        : (rulesOf(entry.kind).claims?.(entry.entry as never) ?? []))
        if (!renames.has(key)) link(claimed.get(claim), place);
    }
  });
  return behind;
}

/** Of the column itself it is the type and the collation that it needs; the rest is its default's. */
function isOfDefault(column: ObjectKey, needed: ObjectKey, apart: ReadonlySet<ObjectKey>): boolean {
  return (
    apart.has(column) &&
    column.startsWith("columns ") &&
    !/^(types|collations|tables|columns|foreignTables) /.test(needed)
  );
}

/** Once a column holds arrays of a domain, the domain takes no more constraints. */
function domainConstraintsOf(column: ObjectKey, { after }: Sides): readonly string[] {
  if (!column.startsWith("columns ")) return [];
  const type = (after.entries.get(column)?.entry as CatalogColumn | undefined)?.type ?? "";
  return type.endsWith("[]") ? after.constraintsOf(elementOf(type)).map(({ name }) => name) : [];
}

function sameTable(a: ObjectKey, b: ObjectKey, { before }: Sides): boolean {
  const table = (key: ObjectKey) => (before.entries.get(key)?.entry as { readonly table?: string } | undefined)?.table;
  return table(a) === table(b);
}

function isCarried(dependent: ObjectKey, whole: ObjectKey, remover: Action | undefined, { before }: Sides): boolean {
  const part = before.entries.get(dependent);
  if (part === undefined || remover === undefined || remover.subject.key === dependent) return false;
  if (part.kind === "partitions" && !whole.startsWith("tables ")) return true;
  return ownersOf(part, before).some((owner) => keyOf(owner) === whole);
}

/** Kahn's algorithm; among what is free, the one that stands first. */
function sortByEdges(actions: readonly Action[], behind: readonly ReadonlySet<number>[]): readonly Action[] {
  const waits = actions.map(() => 0);
  for (const targets of behind) for (const target of targets) waits[target]! += 1;
  const free = new Heap();
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
  if (ordered.length < actions.length) throw new Circle(actions.filter((_, place) => waits[place]! > 0));
  return ordered;
}

/** Numbers, the smallest first. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above]! <= item) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const [top, last] = [items[0], items.pop()];
    if (items.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && items[below + 1]! < items[below]!) below += 1;
      if (items[below]! >= last) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = last;
    return top;
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
        before.needsOf(key).some((need) => isRemoved(need, action)),
    ),
    ...action.provides.filter(
      (key) => key.startsWith("columns ") && after.needsOf(key).some((need) => isMade(need, action)),
    ),
  ]);
}

const partsApart = /^(columns|constraints|indexes|triggers|policies|rules) /;

export function circleError({ actions }: Circle): ConfitureError {
  const names = actions
    .slice(0, 8)
    .map(({ verb, subject }) => `${verb} ${rulesOf(subject.kind).named(subject.entry as never)}`);
  return new ConfitureError("CONFITURE_DIFF_IMPOSSIBLE", `These changes wait for each other: ${names.join(", ")}.`, {
    hint: "Take the change apart: bring the database to a state in between first.",
    facts: { actions: names },
  });
}
