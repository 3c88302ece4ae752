import { type LockMode, lockModes, type RelationLock } from "@confiture/model";
import type { ObservedEffect } from "./observed-effect.js";
import type { RelationFacts } from "./relation-facts.js";
import type { ServerNotes } from "./server-notes.js";

/** What was read before and after a statement, and what the server said meanwhile. */
export interface Seen {
  readonly before: readonly RelationFacts[];
  readonly after: ReadonlyMap<number, RelationFacts>;
  readonly notes: ServerNotes;
  /** A query is planned: what is read, and whether in full, is the planner's choice. */
  readonly planned: boolean;
}

/** Puts together what a statement did from what was seen around it. Pure. */
export function deriveEffect(seen: Seen): ObservedEffect {
  const { before, notes } = seen;
  const newFile = before.filter((facts) => !isIndex(facts) && hasNewFile(facts, seen));
  const rewrites = newFile.filter((facts) => isRewritten(facts, seen));
  const swapped = newFile.filter((facts) => !rewrites.includes(facts));
  const verified = mentioned(notes.verified, seen);
  const scanned = before.filter((facts) => !isIndex(facts) && !swapped.includes(facts) && newScans(facts, seen) > 0);
  const touched = before.filter((facts) => !isIndex(facts) && newModes(facts, seen).length > 0);
  const open = seen.planned || notes.validatesForeignKey;
  return {
    locks: locksOn(
      before.filter((facts) => !isIndex(facts)),
      seen,
    ),
    indexLocks: locksOn(before.filter(isIndex), seen),
    heldBefore: before.flatMap(({ name, held }) => held.map((mode) => ({ relation: name, mode }))),
    locksAtLeast: [],
    perhapsLocked: [],
    rewrites: namesOf(rewrites),
    fileSwaps: namesOf(swapped),
    indexBuilds: notes.built.flatMap(({ index, table }) =>
      mentioned([table], seen).map(({ name }) => ({ index, table: name })),
    ),
    scans: namesOf(seen.planned ? verified : [...verified, ...scanned]),
    perhapsScanned: namesOf([...scanned, ...(open ? touched : []), ...swapped]),
  };
}

function isIndex({ kind }: RelationFacts): boolean {
  return kind === "i" || kind === "I";
}

function hasNewFile({ oid, file }: RelationFacts, { after }: Seen): boolean {
  const now = after.get(oid)?.file ?? null;
  return file !== null && now !== null && file !== now;
}

/** TRUNCATE, REFRESH and sequences get new files too; the server says nothing of a rewrite then. */
function isRewritten(facts: RelationFacts, { after, notes }: Seen): boolean {
  if (facts.kind !== "r" && facts.kind !== "m") return false;
  const moved = after.get(facts.oid)?.tablespace !== facts.tablespace;
  const own = unquoted(facts.name);
  return moved || notes.rewritten.includes(facts.bareName) || notes.clustered.some((name) => unquoted(name) === own);
}

/** The server's messages quote nothing inside the name. */
function unquoted(name: string): string {
  return name.replaceAll('"', "");
}

/** The server's messages have no schemas: of several relations with one name, those that were locked and read. */
function mentioned(names: readonly string[], seen: Seen): readonly RelationFacts[] {
  return names.flatMap((bareName) => {
    const candidates = seen.before.filter((facts) => facts.bareName === bareName && !isIndex(facts));
    if (candidates.length < 2) return candidates;
    const locked = candidates.filter((facts) => newModes(facts, seen).length > 0 || facts.held.length > 0);
    const read = locked.filter((facts) => newScans(facts, seen) > 0);
    return read.length > 0 ? read : locked;
  });
}

function newScans({ oid, scans }: RelationFacts, { after }: Seen): number {
  return (after.get(oid)?.scans ?? scans) - scans;
}

function newModes({ oid, held }: RelationFacts, { after }: Seen): readonly LockMode[] {
  return (after.get(oid)?.held ?? []).filter((mode) => !held.includes(mode));
}

function locksOn(relations: readonly RelationFacts[], seen: Seen): readonly RelationLock[] {
  return relations
    .flatMap((facts): readonly RelationLock[] => {
      const modes = newModes(facts, seen);
      const mode = lockModes.findLast((candidate) => modes.includes(candidate));
      return mode === undefined ? [] : [{ relation: facts.name, mode }];
    })
    .sort((a, b) => (a.relation < b.relation ? -1 : 1));
}

function namesOf(relations: readonly RelationFacts[]): readonly string[] {
  return [...new Set(relations.map(({ name }) => name))].sort();
}
