import { type CatalogColumn, ConfitureError } from "@confiture/model";
import { isSameEntry } from "../compare/same-entry.js";
import type { CatalogIndex, DiffEntry, ObjectKey } from "./catalog-index.js";
import type { DiffKind } from "./diff-kinds.js";
import { isPartOf, namedOf, rulesOf } from "./kinds/all-kinds.js";
import { areComparable, bareType } from "./kinds/change-type.js";
import { isAttached, isInPartitionKey } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";
import { type Change, type Changes, endsGeneration, isRetype, type LetGo, setReplaced } from "./object-change.js";

/** What is dropped takes along what cannot be without it; what is only changed may have to be let go of. */
export function spreadChanges(changes: Changes, sides: Sides): void {
  // Whoever is put back in is met again: a set goes on with what is added while it is walked.
  const waiting = new Set([...changes.values()].filter(breaksOthers));
  const spread: Spread = { changes, sides, visit: (change) => waiting.add(change) };
  for (const change of waiting) {
    waiting.delete(change);
    if (change.before === undefined) continue;
    if (change.fate === "replace") replaceConstraintOf(change, spread);
    for (const key of sides.before.dependentsOf(change.key)) {
      const dependent = changes.get(key);
      if (dependent?.before === undefined || dependent.fate === "drop" || dependent.fate === "replace") continue;
      // For what its tables hold it only waits.
      if (!onlyWaits(dependent.before, change.before)) spreadTo(dependent, change, spread);
    }
  }
}

/** Drops and makes again what could have been altered, had it not stood in the way. */
export function replaceAnyway(key: ObjectKey, changes: Changes, sides: Sides): void {
  const change = changes.get(key);
  if (change === undefined) return;
  setReplaced(change);
  spreadChanges(changes, sides);
}

interface Spread {
  readonly changes: Changes;
  readonly sides: Sides;
  /** Its own dependents are to be looked at. */
  readonly visit: (change: Change) => void;
}

function breaksOthers(change: Change): boolean {
  // Also when the type comes down from a parent, and the column itself is left alone.
  return change.fate === "drop" || change.fate === "replace" || (change.after !== undefined && isRetype(change));
}

function replace(change: Change, { visit }: Spread): void {
  if (change.after === undefined) return;
  setReplaced(change);
  visit(change);
}

/** The constraint of an index is made anew with it. */
function replaceConstraintOf({ before }: Change, spread: Spread): void {
  if (before?.kind !== "indexes" || before.entry.constraint === undefined) return;
  const constraint = spread.changes.get(`constraints ${before.entry.constraint} on ${before.entry.table}`);
  if (constraint?.fate === "keep" || constraint?.fate === "alter") replace(constraint, spread);
}

/** A partition for what its tables hold, and a column that is inherited for that of the parent. */
function onlyWaits(dependent: DiffEntry, needed: DiffEntry): boolean {
  if (dependent.kind === "partitions") return needed.kind !== "tables" && needed.kind !== "foreignTables";
  return dependent.kind === "columns" && needed.kind === "columns" && dependent.entry.table !== needed.entry.table;
}

function spreadTo(dependent: Change, change: Change, spread: Spread): void {
  const [part, whole] = [dependent.before, change.before];
  if (part === undefined || whole === undefined) return;
  if (change.fate !== "drop" && change.fate !== "replace") {
    if (standsInTheWay(part, change) && !endsGeneration(dependent)) replace(dependent, spread);
  } else if (isDroppedWith(part, whole, spread.sides.before)) replace(dependent, spread);
  else if (change.fate !== "drop" || saysTheSame(dependent)) spreadReplacement(dependent, part, whole, spread);
  else if (dependent.after !== undefined && whole.kind !== "types" && whole.kind !== "collations") {
    // It is on its way to a form without what goes, and may want its name or its place for that. A type is left by
    // becoming another one, and not by the default alone.
    const howTo = rulesOf(part.kind).letGo?.(part.entry as never, whole, spread.sides);
    if (howTo !== undefined) letGo(dependent, { needed: whole.key, before: howTo.before, behind: [] });
  }
}

function isDroppedWith(part: DiffEntry, whole: DiffEntry, index: CatalogIndex): boolean {
  return part.kind !== "sequences" && isPartOf(part, whole.key, index);
}

/** It names something that goes, in words that mean something else afterwards. */
function saysTheSame({ fate, before, after }: Change): boolean {
  // An expression that goes in the parent goes below by itself.
  if (before?.kind === "columns" && after?.kind === "columns")
    return fate === "keep" && isSameEntry(before.entry.generated, after.entry.generated);
  if (fate === "keep") return true;
  const definition = (side: DiffEntry | undefined) =>
    side !== undefined && "definition" in side.entry ? side.entry.definition : undefined;
  return definition(before) !== undefined && definition(before) === definition(after);
}

/** What it needs is made anew: it is brought to that, lets go of it for the while, or is made anew itself. */
function spreadReplacement(dependent: Change, part: DiffEntry, needed: DiffEntry, spread: Spread): void {
  const { sides } = spread;
  if (dependent.after === undefined) return;
  if (part.kind === "columns" && isOfType(part.entry, needed)) {
    bringToType(dependent, part, needed, spread);
    return;
  }
  // By its domain, which is made anew too.
  if (part.kind === "columns" && needed.kind === "collations") return;
  const rules = rulesOf(part.kind);
  const howTo = rules.letGo?.(part.entry as never, needed, sides);
  if (howTo !== undefined) letGo(dependent, { needed: needed.key, ...howTo });
  else if (rules.holdsRows?.(part.entry as never) !== true) replace(dependent, spread);
  else if (sides.after.needsOf(dependent.key).includes(needed.key)) throw holdsRows(part, needed);
}

/** Of a type, or ordered by a collation, that the column has to be brought to again. */
function isOfType({ type, collation }: CatalogColumn, { kind, name }: DiffEntry): boolean {
  return kind === "types" ? bareType(type) === name : kind === "collations" && collation === name;
}

function bringToType(column: Change, was: DiffEntry<"columns">, type: DiffEntry, { sides, visit }: Spread): void {
  if (column.retypedBy.includes(type.key)) return;
  column.retypedBy.push(type.key);
  if (isAttached(was.entry.table, sides) && was.entry.inheritance !== undefined) {
    // The type comes down from the parent; the default has to be out of its way.
    const howTo = rulesOf("columns").letGo?.(was.entry, type, sides);
    if (howTo !== undefined) letGo(column, { needed: type.key, ...howTo });
  } else {
    if (isInPartitionKey(was.entry, sides.after)) sides.madeAnew?.add(was.entry.table);
    if (column.fate === "keep") column.fate = "alter";
  }
  visit(column);
}

function letGo(change: Change, how: LetGo): void {
  if (!change.letGo.some(({ needed }) => needed === how.needed)) change.letGo.push(how);
}

function holdsRows(holding: DiffEntry, replaced: DiffEntry): ConfitureError {
  return new ConfitureError(
    "CONFITURE_DIFF_IMPOSSIBLE",
    `${namedOf(replaced)} has to be dropped and made again, and ${namedOf(holding)} needs it and holds rows.`,
    {
      hint: "Bring the rows over by a migration of your own.",
      facts: { replaced: replaced.key, holding: holding.key },
    },
  );
}

/** Kinds the server does not let a column's type change under. Indexes, checks and statistics it makes anew by itself. */
const inTheWay: ReadonlySet<DiffKind> = new Set([
  "views",
  "materializedViews",
  "rules",
  "policies",
  "triggers",
  "functions",
  "publications",
]);

function standsInTheWay(dependent: DiffEntry, { before, after, retypedBy }: Change): boolean {
  if (dependent.kind === "columns") return dependent.entry.generated !== undefined;
  if (dependent.kind !== "constraints" || dependent.entry.references === undefined) return inTheWay.has(dependent.kind);
  if (retypedBy.length > 0) return true;
  return before?.kind === "columns" && after?.kind === "columns" && !areComparable(before.entry.type, after.entry.type);
}
