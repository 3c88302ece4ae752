import type { CatalogColumn, CatalogConstraint, CatalogIndex as CatalogIndexEntry } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type { CatalogIndex, DiffEntry, ObjectKey } from "./catalog-index.js";
import { keyOf } from "./catalog-index.js";
import type { DiffReference } from "./diff-kinds.js";
import { rulesOf } from "./kinds/all-kinds.js";
import { areComparable } from "./kinds/change-type.js";
import { identityEnds, isHandedUp } from "./kinds/columns.js";
import { isAttached, isInPartitionKey, isMadeAnew } from "./kinds/inheritance.js";
import { inheritsOtherwise } from "./kinds/inherits-otherwise.js";
import type { Sides } from "./kinds/kind-rules.js";

/** What becomes of one object. `replace`: dropped and made again. */
export type Fate = "keep" | "create" | "drop" | "alter" | "replace";

export interface Change {
  readonly key: ObjectKey;
  readonly before?: DiffEntry;
  readonly after?: DiffEntry;
  fate: Fate;
  /** In place, for `alter`. */
  statements: readonly string[];
  /** What it lets go of before that is dropped, and takes up again behind. */
  letGo: { readonly needed: ObjectKey; readonly before: readonly string[]; readonly behind: readonly string[] }[];
  /** Types made anew under the same name, which this column has to be brought to. */
  retypedBy: ObjectKey[];
  /** Replaced, and kept under another name until its rows, or the columns of its type, have the new one. */
  aside: boolean;
}

export interface FateOptions {
  readonly ignoreOwners?: boolean;
  readonly ignoreGrants?: boolean;
}

/** Decides what becomes of every object: what differs, and what has to go because something else does. */
export function decideFates(sides: Sides, options: FateOptions): ReadonlyMap<ObjectKey, Change> {
  for (const { name } of sides.after.catalog.tables) if (inheritsOtherwise(name, sides)) sides.madeAnew?.add(name);
  for (;;) {
    const known = sides.madeAnew?.size;
    const changes = decideOnce(sides, options);
    // What hangs on a table that is made anew is decided with that in mind.
    if (sides.madeAnew?.size === known) return changes;
  }
}

function decideOnce(sides: Sides, options: FateOptions): ReadonlyMap<ObjectKey, Change> {
  const changes = new Map<ObjectKey, Change>();
  for (const key of new Set([...sides.before.entries.keys(), ...sides.after.entries.keys()])) {
    const change = compare(key, sides, options);
    if (change !== undefined) changes.set(key, change);
  }
  replaceIndexesThatLoseChildren(changes, sides);
  replaceDomainsInArrays(changes, sides);
  spread(changes, sides);
  standAside(changes, sides);
  return changes;
}

/** The index of a partition cannot go while that of the parent stays. */
function replaceIndexesThatLoseChildren(changes: ReadonlyMap<ObjectKey, Change>, sides: Sides): void {
  for (const { before, fate } of changes.values()) {
    if (before?.kind !== "indexes" || (fate !== "drop" && fate !== "replace")) continue;
    const { parent, table } = before.entry as CatalogIndexEntry;
    const above = parent === undefined ? undefined : changes.get(`indexes ${parent}`);
    if (above?.after === undefined || above.fate === "replace" || !isAttached(table, sides)) continue;
    above.fate = "replace";
    above.statements = [];
  }
}

/** A domain that columns have arrays of takes no new constraint: it is made anew with it. */
function replaceDomainsInArrays(changes: ReadonlyMap<ObjectKey, Change>, sides: Sides): void {
  const inArrays = new Set(
    sides.before.catalog.columns.filter(({ type }) => type.endsWith("[]")).map(({ type }) => elementOf(type)),
  );
  for (const { after, fate } of changes.values()) {
    const domain = after?.kind === "constraints" ? (after.entry as CatalogConstraint).domain : undefined;
    if (domain === undefined || !inArrays.has(domain) || (fate !== "create" && fate !== "replace")) continue;
    const change = changes.get(`types ${domain}`);
    if (change?.before === undefined || change.after === undefined) continue;
    change.fate = "replace";
    change.statements = [];
  }
}

function compare(key: ObjectKey, sides: Sides, options: FateOptions): Change | undefined {
  const [before, after] = [counted(sides.before, key, options), counted(sides.after, key, options)];
  const blank: Omit<Change, "fate"> = { key, statements: [], letGo: [], retypedBy: [], aside: false };
  if (before === undefined) return after === undefined ? undefined : { ...blank, after, fate: "create" };
  if (after === undefined) return { ...blank, before, fate: "drop" };
  const same = JSON.stringify(before.entry) === JSON.stringify(after.entry);
  if (same && !changesAnyway(after, sides)) return { ...blank, before, after, fate: "keep" };
  const statements = rulesOf(after.kind).alter(before.entry as never, after.entry as never, sides);
  if (statements === "replace") return { ...blank, before, after, fate: "replace" };
  const ends =
    after.kind === "columns" ? identityEnds(before.entry as CatalogColumn, after.entry as CatalogColumn) : [];
  const owner = newOwner(before, after, sides, options);
  const all = [...statements, ...owner];
  if (ends.length > 0) blank.letGo = [{ needed: "", before: ends, behind: [] }];
  return { ...blank, before, after, fate: all.length + ends.length === 0 ? "keep" : "alter", statements: all };
}

/** What is the same on both sides and yet not left alone: by what its columns become, or its parents. */
function changesAnyway({ kind, name, entry }: DiffEntry, sides: Sides): boolean {
  if (kind === "tables") return isMadeAnew(name, sides);
  if (kind === "statistics") return true;
  return kind === "columns" && (entry as CatalogColumn).inheritance !== undefined;
}

/** What a server of 18 says in a constraint of its own and others only in the column is said once, in the column. */
function counted(index: CatalogIndex, key: ObjectKey, options: FateOptions): DiffEntry | undefined {
  const found = index.entries.get(key);
  if (found === undefined || ("implied" in found.entry && found.entry.implied)) return undefined;
  if (options.ignoreGrants === true && (found.kind === "grants" || found.kind === "defaultPrivileges"))
    return undefined;
  return found;
}

function newOwner(
  before: DiffEntry,
  after: DiffEntry,
  { after: index }: Sides,
  options: FateOptions,
): readonly string[] {
  if (options.ignoreOwners === true || rulesOf(after.kind).hasOwner === false) return [];
  const [was, is] = [ownerOf(before), ownerOf(after)];
  if (was === is || is === undefined) return [];
  // A sequence that a column owns goes with the table.
  if (after.kind === "sequences" && index.entries.has(`ownerships ${after.name}`)) return [];
  return [`alter ${rulesOf(after.kind).named(after.entry as never)} owner to ${is}`];
}

export function ownerOf({ entry }: DiffEntry): string | undefined {
  return "owner" in entry && typeof entry.owner === "string" ? entry.owner : undefined;
}

/** What is dropped takes along what cannot be without it; what is only changed may have to be let go of. */
function spread(changes: ReadonlyMap<ObjectKey, Change>, sides: Sides): void {
  const queue = [...changes.values()].filter(breaksOthers);
  const push = (change: Change) => {
    if (!queue.includes(change)) queue.push(change);
  };
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { key, fate, before } = next;
    if (before === undefined) continue;
    const constraint = fate === "replace" ? constraintOf(next, changes) : undefined;
    if (constraint?.fate === "keep" || constraint?.fate === "alter") replace(constraint, push);
    const isRetyped = fate === "alter" && before.kind === "columns";
    for (const dependentKey of sides.before.dependentsOf(key)) {
      const dependent = changes.get(dependentKey);
      if (dependent?.before === undefined || dependent.fate === "drop" || dependent.fate === "replace") continue;
      // For what its tables hold it only waits.
      if (onlyWaits(dependent.before, before)) continue;
      if (fate === "drop") {
        if (isPart(dependent.before, before, sides.before)) replace(dependent, push);
        else if (saysTheSame(dependent)) spreadReplacement(dependent, next, sides, push);
        else letGoOf(dependent, next, sides);
      } else if (isRetyped) {
        if (standsInTheWay(dependent, next)) replace(dependent, push);
      } else spreadReplacement(dependent, next, sides, push);
    }
  }
}

/** A partition for what its tables hold, and a column that is inherited for that of the parent. */
function onlyWaits(dependent: DiffEntry, needed: DiffEntry): boolean {
  if (dependent.kind === "partitions") return needed.kind !== "tables" && needed.kind !== "foreignTables";
  if (dependent.kind !== "columns" || needed.kind !== "columns") return false;
  return (dependent.entry as CatalogColumn).table !== (needed.entry as CatalogColumn).table;
}

/** It names something that goes, in words that mean something else afterwards. */
function saysTheSame({ fate, before, after }: Change): boolean {
  if (fate === "keep") return true;
  const definition = (side: DiffEntry | undefined) =>
    side !== undefined && "definition" in side.entry ? side.entry.definition : undefined;
  return definition(before) !== undefined && definition(before) === definition(after);
}

function breaksOthers(change: Change): boolean {
  return change.fate === "drop" || change.fate === "replace" || (change.fate === "alter" && isRetype(change));
}

function replace(change: Change, push: (change: Change) => void): void {
  if (change.after === undefined) return;
  change.fate = "replace";
  change.statements = [];
  change.letGo = [];
  push(change);
}

/** The index of a constraint is made anew with it. */
function constraintOf({ before }: Change, changes: ReadonlyMap<ObjectKey, Change>): Change | undefined {
  if (before?.kind !== "indexes") return undefined;
  const { constraint, table } = before.entry as CatalogIndexEntry;
  return constraint === undefined ? undefined : changes.get(`constraints ${constraint} on ${table}`);
}

export function ownersOf({ kind, entry }: DiffEntry, index: CatalogIndex): readonly DiffReference[] {
  const owners = rulesOf(kind).partOf?.(entry as never, index);
  return owners === undefined ? [] : "kind" in owners ? [owners] : owners;
}

function isPart(part: DiffEntry, whole: DiffEntry, index: CatalogIndex): boolean {
  return part.kind !== "sequences" && ownersOf(part, index).some((owner) => keyOf(owner) === whole.key);
}

/** It is on its way to a form without what goes, and may want its name or its place for that. */
function letGoOf(dependent: Change, gone: Change, sides: Sides): void {
  if (dependent.before === undefined || gone.before === undefined || dependent.after === undefined) return;
  // A type is left by becoming another one, and not by the default alone.
  if (gone.before.kind === "types" || gone.before.kind === "collations") return;
  const letGo = rulesOf(dependent.before.kind).letGo?.(dependent.before.entry as never, gone.before, sides);
  if (letGo !== undefined) dependent.letGo.push({ needed: gone.key, before: letGo.before, behind: [] });
}

function spreadReplacement(dependent: Change, replaced: Change, sides: Sides, push: (change: Change) => void): void {
  const { before, after } = dependent;
  if (before === undefined || after === undefined || replaced.before === undefined) return;
  if (isPart(before, replaced.before, sides.before)) {
    replace(dependent, push);
    return;
  }
  const rules = rulesOf(before.kind);
  if (before.kind === "columns" && isOfType(before.entry as CatalogColumn, replaced.before)) {
    if (dependent.retypedBy.includes(replaced.key)) return;
    if (
      isAttached((before.entry as CatalogColumn).table, sides) &&
      (before.entry as CatalogColumn).inheritance !== undefined
    ) {
      // The type comes down from the parent; the default has to be out of its way.
      const letGo = rules.letGo?.(before.entry as never, replaced.before, sides);
      if (letGo !== undefined) dependent.letGo.push({ needed: replaced.key, ...letGo });
      dependent.retypedBy.push(replaced.key);
      push(dependent);
      return;
    }
    if (isInPartitionKey(before.entry as CatalogColumn, sides.after))
      sides.madeAnew?.add((before.entry as CatalogColumn).table);
    dependent.retypedBy.push(replaced.key);
    if (dependent.fate === "keep") dependent.fate = "alter";
    push(dependent);
    return;
  }
  // By its domain, which is made anew too.
  if (before.kind === "columns" && replaced.before.kind === "collations") return;
  const letGo = rules.letGo?.(before.entry as never, replaced.before, sides);
  if (letGo !== undefined) {
    if (!dependent.letGo.some(({ needed }) => needed === replaced.key))
      dependent.letGo.push({ needed: replaced.key, ...letGo });
    return;
  }
  if (rules.holdsRows?.(before.entry as never) !== true) {
    replace(dependent, push);
    return;
  }
  if (!sides.after.needsOf(dependent.key).includes(replaced.key)) return;
  throw new ConfitureError(
    "CONFITURE_DIFF_IMPOSSIBLE",
    `${describe(replaced.before)} has to be dropped and made again, and ${describe(before)} needs it and holds rows.`,
    {
      hint: "Bring the rows over by a migration of your own.",
      facts: { replaced: replaced.key, holding: dependent.key },
    },
  );
}

function describe({ kind, entry }: DiffEntry): string {
  return rulesOf(kind).named(entry as never);
}

/** Of a type, or ordered by a collation, that the column has to be brought to again. */
function isOfType({ type, collation }: CatalogColumn, { kind, name }: DiffEntry): boolean {
  return kind === "types" ? elementOf(type) === name : kind === "collations" && collation === name;
}

/** Without brackets and modifier. */
export function elementOf(type: string): string {
  return type.replace(/(\[\])+$/, "").replace(/\([^)]*\)$/, "");
}

/** A type stands aside with what is made of it; a column that comes from its parent from now on, with its values. */
function standAside(changes: ReadonlyMap<ObjectKey, Change>, sides: Sides): void {
  const types: Change[] = [];
  const add = (change: Change | undefined) => {
    if (change?.before?.kind !== "types" && change?.before?.kind !== "collations") return;
    if (change.fate !== "replace" || change.aside) return;
    change.aside = true;
    types.push(change);
  };
  for (const change of changes.values()) {
    for (const key of change.retypedBy) add(changes.get(key));
    if (change.fate !== "replace" || change.before === undefined || change.after === undefined) continue;
    if (change.before.kind === "tables") {
      change.aside = true;
      for (const { type, collation } of sides.before.columnsOf(change.before.name)) {
        add(changes.get(`types ${elementOf(type)}`));
        add(changes.get(`collations ${collation}`));
      }
    }
    if (change.before.kind === "columns")
      change.aside = isHandedUp(change.before.entry as CatalogColumn, change.after.entry as CatalogColumn, sides);
  }
  for (let next = types.pop(); next !== undefined; next = types.pop())
    for (const key of sides.before.needsOf(next.key)) add(changes.get(key));
}

export function isRetype({ before, after, retypedBy }: Change): boolean {
  if (retypedBy.length > 0) return true;
  if (before?.kind !== "columns" || after?.kind !== "columns") return false;
  const [was, is] = [before.entry as CatalogColumn, after.entry as CatalogColumn];
  return was.type !== is.type || was.collation !== is.collation;
}

/** Kinds the server does not let a column's type change under. Indexes, checks and statistics it makes anew by itself. */
const inTheWay = new Set(["views", "materializedViews", "rules", "policies", "triggers", "functions", "publications"]);

function standsInTheWay({ before }: Change, retyped: Change): boolean {
  if (before === undefined) return false;
  if (before.kind === "columns") return (before.entry as CatalogColumn).generated !== undefined;
  if (before.kind === "constraints" && "references" in before.entry && before.entry.references !== undefined) {
    if (retyped.retypedBy.length > 0) return true;
    const [was, is] = [retyped.before?.entry as CatalogColumn, retyped.after?.entry as CatalogColumn];
    return !areComparable(was.type, is.type);
  }
  return inTheWay.has(before.kind);
}
