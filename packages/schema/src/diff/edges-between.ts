import type { CatalogColumn } from "@confiture/model";
import type { Action } from "./action.js";
import { type Graph, isOfDefault, placesOf, referencesInto, type Verb } from "./action-graph.js";
import type { DiffEntry, ObjectKey } from "./catalog-index.js";
import type { DiffKind } from "./diff-kinds.js";
import { edgesOfRemoval } from "./edges-of-removal.js";
import { claimsOf } from "./kinds/all-kinds.js";
import { bareType } from "./kinds/change-type.js";
import { parentsOf } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";
import { notNullOf } from "./kinds/not-null.js";
import { type Changes, endsGeneration, isRetype } from "./object-change.js";

/** For each action the places of those that have to come behind it. */
export function edgesBetween(
  actions: readonly Action[],
  changes: Changes,
  sides: Sides,
  apart: ReadonlySet<ObjectKey>,
): readonly ReadonlySet<number>[] {
  const behind = actions.map(() => new Set<number>());
  const graph: Graph = {
    ...placesOf(actions, sides),
    actions,
    changes,
    sides,
    apart,
    link(first, then) {
      if (first !== undefined && then !== undefined && first !== then) behind[first]?.add(then);
    },
  };
  actions.forEach((action, place) => {
    edgesOfVerb[action.verb](graph, action, place);
    for (const key of action.removes) edgesOfRemoval(graph, action, place, key);
    for (const key of action.provides) edgesOfMaking(graph, action, place, key);
  });
  return behind;
}

type Edges = (graph: Graph, action: Action, place: number) => void;

const edgesOfVerb: Readonly<Record<Verb, Edges>> = {
  "let go": ({ at, removers, link }, { subject, needed = "" }, place) => {
    link(place, removers.get(needed));
    link(place, at("rename", needed));
    link(place, at("alter", needed));
    link(place, at("alter", subject.key));
  },

  "take up": ({ makers, sides, link }, { subject, needed = "" }, place) => {
    for (const key of [needed, subject.key, ...sides.after.needsOf(subject.key)]) link(makers.get(key), place);
  },

  // The column that comes from the parent comes when this one has stood aside.
  rename: ({ makers, sides, link }, { subject }, place) => {
    if (subject.kind !== "columns") return;
    for (const parent of parentsOf(subject.entry.table, sides.after))
      link(place, makers.get(`columns ${parent}.${subject.entry.column}`));
  },

  // What is inherited can go when the table has left the parent.
  drop: ({ at, sides, link }, { subject }, place) => {
    if ((subject.kind === "columns" || subject.kind === "constraints") && isInherited(subject.key, sides))
      link(at("alter", `tables ${subject.entry.table}`), place);
  },

  create: (graph, { subject, provides }, place) => {
    behindCheckAbove(subject, graph, place);
    if (subject.kind === "constraints" && subject.entry.kind === "not null" && subject.entry.table !== undefined)
      behindNotNullAbove({ table: subject.entry.table, column: subject.entry.columns[0] ?? "" }, graph, place);
    if (subject.kind !== "tables" && subject.kind !== "columns") return;
    for (const key of provides) behindConstraintsOf(arrayedTypeOf(key, graph.sides), graph, place);
  },

  alter: (graph, { subject }, place) => {
    const { changes, sides, removers, makers, at, link } = graph;
    if (subject.kind === "columns")
      for (const key of changes.get(subject.key)?.retypedBy ?? [])
        behindConstraintsOf(sides.after.entries.get(key)?.name, graph, place);
    if (subject.kind === "columns") behindNotNullAbove(subject.entry, graph, place);
    if (subject.kind === "tables") {
      edgesOfPersistence(graph, subject.name, place);
      if (hasToastOptions(subject))
        for (const { name } of sides.after.columnsOf(subject.name)) link(makers.get(`columns ${name}`), place);
    }
    if (!replacedInPlace.has(subject.kind))
      for (const altered of [subject.key, ...retypedBelow(subject.key, graph)])
        for (const dependent of sides.before.dependentsOf(altered)) {
          const change = changes.get(dependent);
          if (subject.kind === "columns" && change !== undefined && endsGeneration(change))
            link(at("alter", dependent), place);
          if (!mayGoLater(subject, dependent, graph)) link(removers.get(dependent), place);
        }
  },

  copy: ({ makers, removers, sides: { after }, link }, { subject, needed = subject.key }, place) => {
    link(makers.get(needed), place);
    link(place, removers.get(subject.key));
    // What fires on rows, refers to them or shows them comes when they are there.
    for (const key of after.dependentsOf(subject.key)) if (/^(triggers|rules) /.test(key)) link(place, makers.get(key));
    for (const { name, references } of after.catalog.constraints)
      if (references === subject.name) link(place, makers.get(`constraints ${name}`));
    for (const { name } of after.catalog.materializedViews) link(place, makers.get(`materializedViews ${name}`));
    for (const child of after.childrenOf(subject.name))
      link(makers.get(`partitions ${child} of ${subject.name}`), place);
  },

  grant: ({ makers, sides, link }, { subject }, place) => {
    link(makers.get(subject.key), place);
    if (subject.kind !== "tables" && subject.kind !== "foreignTables") return;
    for (const { name } of sides.after.columnsOf(subject.name)) link(makers.get(`columns ${name}`), place);
  },
};

/** Altered by CREATE OR REPLACE and the like: nothing that depends on them stands in the way. */
const replacedInPlace: ReadonlySet<DiffKind> = new Set([
  "functions",
  "aggregates",
  "views",
  "operators",
  "triggers",
  "rules",
]);

/**
 * A column may wait for another one to change, and that for the table. A sequence that stands aside waits for the identity
 * that takes its position, and a table for its rows to be copied.
 */
function mayGoLater(subject: DiffEntry, part: ObjectKey, graph: Graph): boolean {
  const { sides, at } = graph;
  const object = sides.before.entries.get(part);
  if (object?.kind === "ownerships") return at("rename", `sequences ${object.entry.sequence}`) !== undefined;
  if (subject.kind === "tables") return object?.kind === "columns" || isInherited(part, sides);
  const ofAnother =
    subject.kind === "columns" && object?.kind === "columns" && object.entry.table !== subject.entry.table;
  return (ofAnother || subject.kind === "types") && standsAside(part, graph);
}

/** Whether it goes with a table of which the rows are still to be copied, or with a partition of one. */
function standsAside(part: ObjectKey, { actions, sides, removers, at }: Graph): boolean {
  const removing = actions[removers.get(part) ?? -1]?.subject;
  for (let table = removing?.kind === "tables" ? removing.entry : undefined; table !== undefined; ) {
    if (at("copy", `tables ${table.name}`) !== undefined) return true;
    table = sides.before.find("tables", table.partition?.of ?? "");
  }
  return false;
}

function isInherited(key: ObjectKey, { before }: Sides): boolean {
  const part = before.entries.get(key);
  return (part?.kind === "columns" || part?.kind === "constraints") && part.entry.inheritance !== undefined;
}

/** They are forgotten where a table has nothing large beside it: its columns come first. */
function hasToastOptions(object: DiffEntry | undefined): boolean {
  return object?.kind === "tables" && object.entry.options.some((option) => option.startsWith("toast."));
}

/** A partition is attached before its parent's key is made, which makes its own. */
function isCopiedKey(partition: ObjectKey, key: ObjectKey, { sides, makers, actions }: Graph): boolean {
  if (!partition.startsWith("partitions ") || !key.startsWith("constraints ")) return false;
  const maker = actions[makers.get(key) ?? -1];
  const constraint = sides.after.entries.get(key);
  return (
    maker !== undefined &&
    constraint?.kind === "constraints" &&
    constraint.entry.kind === "foreign key" &&
    maker.subject.kind === "constraints" &&
    maker.subject.key !== key
  );
}

function comesBeforeOptions(column: ObjectKey, table: ObjectKey, { sides, makers, at }: Graph): boolean {
  const alters = at("alter", table);
  return (
    alters !== undefined &&
    alters === makers.get(table) &&
    column.startsWith("columns ") &&
    hasToastOptions(sides.after.entries.get(table))
  );
}

/** Once a column holds arrays of a domain, the domain takes no more constraints. */
function behindConstraintsOf(domain: string | undefined, { sides, makers, link }: Graph, place: number): void {
  if (domain === undefined) return;
  for (const { name } of sides.after.constraintsOf(domain)) link(makers.get(`constraints ${name}`), place);
}

function arrayedTypeOf(column: ObjectKey, { after }: Sides): string | undefined {
  const object = after.entries.get(column);
  return object?.kind === "columns" && object.entry.type.endsWith("[]") ? bareType(object.entry.type) : undefined;
}

/** A NOT NULL that came from above is a table's own, to rename or to drop, once the parent passes it on no more. */
function behindNotNullAbove(
  { table, column }: Pick<CatalogColumn, "table" | "column">,
  { sides, makers, removers, link }: Graph,
  place: number,
): void {
  if (notNullOf(table, column, sides.before)?.inheritance === undefined) return;
  if (notNullOf(table, column, sides.after)?.inheritance !== undefined) return;
  for (const parent of parentsOf(table, sides.after)) {
    const above = [notNullOf(parent, column, sides.before), notNullOf(parent, column, sides.after)];
    for (const constraint of above) {
      link(makers.get(`constraints ${constraint?.name}`), place);
      link(removers.get(`constraints ${constraint?.name}`), place);
    }
  }
}

/** A logged table cannot refer to one that is not: which of the two goes first depends on where they go. */
function edgesOfPersistence({ sides, at, link }: Graph, table: string, place: number): void {
  const unlogged = sides.after.find("tables", table)?.persistence === "unlogged";
  for (const { references, kind } of sides.after.constraintsOf(table)) {
    const other = kind === "foreign key" ? at("alter", `tables ${references}`) : undefined;
    if (unlogged) link(place, other);
    else link(other, place);
  }
}

/** What is made finds what it needs, and the names it takes free. */
function edgesOfMaking(graph: Graph, { verb }: Action, place: number, key: ObjectKey): void {
  const { sides, apart, makers, claimed, at, link } = graph;
  for (const need of sides.after.needsOf(key))
    if (isCopiedKey(key, need, graph)) link(place, makers.get(need));
    else if (!isOfDefault(key, need, apart) && !comesBeforeOptions(key, need, graph))
      for (const needed of [need, ...retypedAbove(need, graph)]) link(makers.get(needed), place);
  // A key to the whole comes when all partitions are there, and looks at them too.
  for (const reference of referencesInto(key, sides.after)) link(place, makers.get(reference));
  const made = sides.after.entries.get(key);
  if (made?.kind === "partitions") behindColumnsThatGo(made, graph, place);
  if (verb === "alter" || at("rename", key) !== undefined) return;
  for (const claim of claimsOf(made)) link(claimed.get(claim), place);
}

/** A check that comes from above is there when the parent's is. */
function behindCheckAbove(subject: DiffEntry, { sides, makers, link }: Graph, place: number): void {
  if (subject.kind !== "constraints" || subject.entry.kind !== "check" || subject.entry.inheritance !== "inherited")
    return;
  for (const parent of parentsOf(subject.entry.table ?? "", sides.after))
    link(makers.get(`constraints ${subject.entry.constraint} on ${parent}`), place);
}

/** A partition has no column that its parent lacks, and lacks none that its parent has. */
function behindColumnsThatGo({ entry }: DiffEntry<"partitions">, graph: Graph, place: number): void {
  const { sides, removers, actions, link } = graph;
  for (const { name } of sides.before.columnsOf(entry.table)) link(removers.get(`columns ${name}`), place);
  for (const { name } of sides.before.columnsOf(entry.of)) {
    const remover = removers.get(`columns ${name}`);
    // With a parent that is made anew they go last of all.
    if (remover !== undefined && actions[remover]?.subject.kind === "columns") link(remover, place);
  }
}

/** Columns that get another type by the change of this one, from which they are inherited. */
function retypedBelow(column: ObjectKey, graph: Graph): readonly ObjectKey[] {
  return graph.sides.before
    .dependentsOf(column)
    .filter((key) => isRetypedColumn(key, graph))
    .flatMap((key) => [key, ...retypedBelow(key, graph)]);
}

/** Columns from which this one is inherited, and with which it gets another type. */
function retypedAbove(column: ObjectKey, graph: Graph): readonly ObjectKey[] {
  if (!isRetypedColumn(column, graph)) return [];
  return graph.sides.after
    .needsOf(column)
    .filter((key) => isRetypedColumn(key, graph))
    .flatMap((key) => [key, ...retypedAbove(key, graph)]);
}

function isRetypedColumn(key: ObjectKey, { changes }: Graph): boolean {
  const change = key.startsWith("columns ") ? changes.get(key) : undefined;
  return (change?.fate === "keep" || change?.fate === "alter") && isRetype(change);
}
