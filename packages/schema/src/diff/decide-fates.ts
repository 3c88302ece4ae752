import { isSameEntry } from "../compare/same-entry.js";
import type { CatalogIndex, DiffEntry, ObjectKey } from "./catalog-index.js";
import { namedOf, ownerOf, rulesOf } from "./kinds/all-kinds.js";
import { givesUp } from "./kinds/columns.js";
import { domainsHeldInside } from "./kinds/domains-held-inside.js";
import { foreignKeysTo } from "./kinds/foreign-keys-to.js";
import { isAttached, isMadeAnew } from "./kinds/inheritance.js";
import { inheritsOtherwise } from "./kinds/inherits-otherwise.js";
import type { Sides } from "./kinds/kind-rules.js";
import { type Change, type Changes, setReplaced } from "./object-change.js";
import { spreadChanges } from "./spread-changes.js";
import { standAside } from "./stand-aside.js";

export interface FateOptions {
  readonly ignoreOwners?: boolean;
  readonly ignoreGrants?: boolean;
}

/** Decides what becomes of every object: what differs, and what has to go because something else does. */
export function decideFates(sides: Sides, options: FateOptions): Changes {
  for (const { name } of sides.after.catalog.tables) if (inheritsOtherwise(name, sides)) sides.madeAnew?.add(name);
  for (;;) {
    const known = sides.madeAnew?.size;
    const changes = decideOnce(sides, options);
    // What hangs on a table that is made anew is decided with that in mind.
    if (sides.madeAnew?.size === known) return changes;
  }
}

function decideOnce(sides: Sides, options: FateOptions): Changes {
  const changes = new Map<ObjectKey, Change>();
  for (const key of new Set([...sides.before.entries.keys(), ...sides.after.entries.keys()])) {
    const change = compare(key, sides, options);
    if (change !== undefined) changes.set(key, change);
  }
  replaceIndexesThatLoseChildren(changes, sides);
  replaceDomainsHeldInside(changes, sides);
  replaceKeysIntoMovedPartitions(changes, sides);
  spreadChanges(changes, sides);
  standAside(changes, sides);
  return changes;
}

/** The index of a partition cannot go while that of the parent stays. */
function replaceIndexesThatLoseChildren(changes: Changes, sides: Sides): void {
  for (const { before, fate } of changes.values()) {
    if (before?.kind !== "indexes" || (fate !== "drop" && fate !== "replace")) continue;
    const { parent, table } = before.entry;
    const above = parent === undefined ? undefined : changes.get(`indexes ${parent}`);
    if (above?.after !== undefined && isAttached(table, sides)) setReplaced(above);
  }
}

/** A partition that leaves and comes back with other bounds may not leave while rows refer into it. */
function replaceKeysIntoMovedPartitions(changes: Changes, sides: Sides): void {
  for (const { before, fate } of changes.values()) {
    if (before?.kind !== "partitions" || fate !== "replace") continue;
    for (const key of foreignKeysTo(before.entry.of, sides.before)) {
      const reference = changes.get(key);
      if (reference?.after !== undefined && reference.fate !== "create") setReplaced(reference);
    }
  }
}

/** A domain of which columns hold values inside of others takes no new constraint: it is made anew with it. */
function replaceDomainsHeldInside(changes: Changes, sides: Sides): void {
  const constrained = [...changes.values()].flatMap((change) => constrainedAnew(change) ?? []);
  // Most differences constrain none, and every column would have to be looked at.
  if (constrained.length === 0) return;
  const held = domainsHeldInside(sides.before);
  for (const domain of constrained) {
    const whole = held.has(domain) ? changes.get(`types ${domain}`) : undefined;
    if (whole?.before !== undefined && whole.after !== undefined) setReplaced(whole);
  }
}

/** The domain whose values would all have to be looked at. */
function constrainedAnew({ before, after, fate }: Change): string | undefined {
  if (after?.kind === "constraints" && fate !== "keep" && fate !== "drop") return after.entry.domain;
  if (before?.kind !== "types" || after?.kind !== "types" || fate !== "alter") return undefined;
  const [was, is] = [before.entry, after.entry];
  return was.kind === "domain" && is.kind === "domain" && !was.notNull && is.notNull ? after.name : undefined;
}

function compare(key: ObjectKey, sides: Sides, options: FateOptions): Change | undefined {
  const [before, after] = [counted(sides.before, key, options), counted(sides.after, key, options)];
  const blank: Omit<Change, "fate"> = { key, statements: [], letGo: [], retypedBy: [], aside: false };
  if (before === undefined) return after === undefined ? undefined : { ...blank, after, fate: "create" };
  if (after === undefined) return { ...blank, before, fate: "drop" };
  if (isSameEntry(before.entry, after.entry) && !changesAnyway(after, sides))
    return { ...blank, before, after, fate: "keep" };
  const statements = rulesOf(after.kind).alter(before.entry as never, after.entry as never, sides);
  if (statements === "replace") return { ...blank, before, after, fate: "replace" };
  const given = before.kind === "columns" && after.kind === "columns" ? givesUp(before.entry, after.entry, sides) : [];
  const all = [...statements, ...newOwner(before, after, sides, options)];
  return {
    ...blank,
    before,
    after,
    fate: all.length + given.length === 0 ? "keep" : "alter",
    statements: all,
    letGo: given.map(({ needed, statement }) => ({ needed, before: [statement], behind: [] })),
  };
}

/** What is the same on both sides and yet not left alone: by what its columns become, or its parents. */
function changesAnyway({ kind, name, entry }: DiffEntry, sides: Sides): boolean {
  if (kind === "tables") return isMadeAnew(name, sides);
  return kind === "columns" && entry.inheritance !== undefined;
}

/** What a server of 18 says in a constraint of its own and others only in the column is said once, in the column. */
function counted(index: CatalogIndex, key: ObjectKey, options: FateOptions): DiffEntry | undefined {
  const found = index.entries.get(key);
  if (found === undefined || ("implied" in found.entry && found.entry.implied)) return undefined;
  if (options.ignoreGrants === true && (found.kind === "grants" || found.kind === "defaultPrivileges"))
    return undefined;
  return found;
}

function newOwner(before: DiffEntry, after: DiffEntry, sides: Sides, options: FateOptions): readonly string[] {
  if (options.ignoreOwners === true || rulesOf(after.kind).hasOwner === false) return [];
  const [was, is] = [ownerOf(before), ownerOf(after)];
  if (was === is || is === undefined) return [];
  // A sequence that a column owns goes with the table; one that a column is to own has to have the owner before.
  const isOwned = (index: CatalogIndex) => index.entries.has(`ownerships ${after.name}`);
  if (after.kind === "sequences" && isOwned(sides.before) && isOwned(sides.after)) return [];
  return [`alter ${namedOf(after)} owner to ${is}`];
}
