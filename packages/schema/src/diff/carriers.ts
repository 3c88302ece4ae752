import { type DiffEntry, keyOf, type ObjectKey } from "./catalog-index.js";
import { addToGroup } from "./group-by.js";
import { claimsOf, ownersOf, rulesOf } from "./kinds/all-kinds.js";
import type { Sides } from "./kinds/kind-rules.js";
import type { Change, Changes } from "./object-change.js";

/** Everything that goes, under the key of the object with which it goes: its own, when nothing takes it along. */
export function groupByDrop(
  changes: Changes,
  sides: Sides,
  apart: ReadonlySet<ObjectKey>,
): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  return groupByCarrier(changes, (change) => dropCarrier(change, changes, sides, apart));
}

/** Everything that comes, under the key of the object with which it is made. */
export function groupByCreate(changes: Changes, sides: Sides): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  return groupByCarrier(changes, (change) => createCarrier(change, changes, sides));
}

function groupByCarrier(
  changes: Changes,
  carrierOf: (change: Change) => ObjectKey | undefined,
): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const groups = new Map<ObjectKey, ObjectKey[]>();
  for (const change of changes.values()) {
    const carrier = carrierOf(change);
    if (carrier !== undefined) addToGroup(groups, carrier, change.key);
  }
  return groups;
}

function dropCarrier(
  change: Change,
  changes: Changes,
  sides: Sides,
  apart: ReadonlySet<ObjectKey>,
): ObjectKey | undefined {
  if (change.before === undefined || (change.fate !== "drop" && change.fate !== "replace")) return undefined;
  if (change.before.kind !== "columns" && apart.has(change.key)) return change.key;
  const above = apartAbove(change.before, sides, apart);
  if (above !== undefined) return above;
  for (const owner of ownersOf(change.before, sides.before)) {
    const whole = changes.get(keyOf(owner));
    if (whole === undefined || whole === change) continue;
    // A sequence that stays has been taken from its column before.
    if (change.before.kind === "sequences" && change.fate !== "drop") continue;
    if (hasLeft(change.before, whole, changes)) continue;
    const carrier = dropCarrier(whole, changes, sides, apart);
    if (carrier === undefined) continue;
    if (whole.before?.kind === "tables" && whole.aside && needsItsName(change)) continue;
    return carrier;
  }
  return change.key;
}

/** What a partition has from its parent goes with the parent's, when that goes by itself. */
function apartAbove(part: DiffEntry, { before }: Sides, apart: ReadonlySet<ObjectKey>): ObjectKey | undefined {
  for (let one: DiffEntry | undefined = part; one !== undefined && "parent" in one.entry; ) {
    if (one.entry.parent === undefined) return undefined;
    const key: ObjectKey = `${one.kind} ${one.entry.parent}`;
    if (apart.has(key)) return key;
    one = before.entries.get(key);
  }
  return undefined;
}

/** A part that came from a parent goes with the parent's only while the table is its partition. */
function hasLeft({ entry }: DiffEntry, { before: whole }: Change, changes: Changes): boolean {
  if (whole === undefined || !("parent" in entry) || entry.parent !== whole.name || !("table" in whole.entry))
    return false;
  const membership = changes.get(`partitions ${(entry as { readonly table?: string }).table} of ${whole.entry.table}`);
  return membership?.fate === "drop" || membership?.fate === "replace";
}

function createCarrier(change: Change, changes: Changes, sides: Sides): ObjectKey | undefined {
  const { after, fate, key } = change;
  if (after === undefined || (fate !== "create" && fate !== "replace")) return undefined;
  const maker = rulesOf(after.kind).madeWith?.(after.entry as never, sides);
  const whole = maker === undefined ? undefined : changes.get(keyOf(maker));
  return (whole === undefined ? undefined : createCarrier(whole, changes, sides)) ?? key;
}

/** What cannot be there twice has to be dropped before the new table gets its own; the rest goes with the old table. */
const keptApart = new Set(["indexes", "statistics", "ownerships", "partitions"]);

function needsItsName({ before }: Change): boolean {
  if (before?.kind === "constraints") return "index" in before.entry && claimsOf(before).length > 0;
  return before !== undefined && keptApart.has(before.kind);
}
