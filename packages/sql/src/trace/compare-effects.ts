import { type Effect, type LockMode, lockModes, type RelationLock } from "@confiture/model";
import type { ObservedEffect } from "./observed-effect.js";

/** One thing in which a prediction and what the server did differ. */
export interface EffectDifference {
  /** `under`: the server did more than was said, which can hurt. `over`: it did less. */
  readonly direction: "under" | "over";
  readonly what: "lock" | "index_lock" | "rewrite" | "file_swap" | "scan" | "index_build" | "wait" | "refusal";
  /** Of a refusal, which is of the statement: empty. */
  readonly relation: string;
  /** For locks and waits: the modes. Absent: none. */
  readonly predicted?: LockMode;
  readonly observed?: LockMode;
}

export interface EffectComparison {
  readonly verdict: "confirmed" | "mismatch";
  readonly under: readonly EffectDifference[];
  readonly over: readonly EffectDifference[];
}

/** Compares what was said of a statement with what a server did for it. Pure. */
export function compareEffects(predicted: Effect, observed: ObservedEffect): EffectComparison {
  const emptiedAgain = predicted.fileSwaps.filter((name) => mayBeEmptiedInPlace(name, observed));
  const differences = [
    ...compareLocks("lock", predicted.locks, observed.locks, observed),
    ...compareLocks("index_lock", predicted.indexLocks, observed.indexLocks, observed),
    ...compareNames("rewrite", predicted.rewrites, observed.rewrites, []),
    ...compareNames("file_swap", predicted.fileSwaps, observed.fileSwaps, [...observed.rewrites, ...emptiedAgain]),
    ...compareScans(predicted, observed, emptiedAgain),
    ...compareBuilds(predicted, observed),
    ...compareWaits(predicted, observed),
    // It has run, or there would be nothing to compare.
    ...(predicted.refused === undefined ? [] : [{ direction: "over", what: "refusal", relation: "" } as const]),
  ];
  const under = differences.filter(({ direction }) => direction === "under");
  const over = differences.filter(({ direction }) => direction === "over");
  return { verdict: differences.length === 0 ? "confirmed" : "mismatch", under, over };
}

function compareLocks(
  what: "lock" | "index_lock",
  predicted: readonly RelationLock[],
  observed: readonly RelationLock[],
  facts: ObservedEffect,
): readonly EffectDifference[] {
  const said = byRelation(predicted);
  const seen = byRelation(observed);
  const relations = [...new Set([...said.keys(), ...seen.keys()])].sort();
  return relations.flatMap((relation): readonly EffectDifference[] => {
    const [mode, real] = [said.get(relation), seen.get(relation)];
    if (mode === real || mayBeSo(relation, mode, real, facts)) return [];
    if (what === "index_lock" && isMinorOnIndex(mode, real)) return [];
    const direction = strength(mode) < strength(real) ? "under" : "over";
    return [{ direction, what, relation, ...withMode("predicted", mode), ...withMode("observed", real) }];
  });
}

/** A mode that was held already leaves no trace when it is asked for again; what is seen in passing is a lower bound. */
function mayBeSo(relation: string, said: LockMode | undefined, seen: LockMode | undefined, facts: ObservedEffect) {
  if (said === undefined || strength(said) < strength(seen)) return false;
  if (facts.perhapsLocked.includes(relation)) return true;
  const names = ({ relation: name }: RelationLock) => name === relation;
  if (facts.locksAtLeast.some((lock) => names(lock) && strength(lock.mode) <= strength(said))) return true;
  return facts.heldBefore.some((lock) => names(lock) && lock.mode === said);
}

/** Every reader of a table takes a weak lock on its indexes; a prediction names them from SHARE UPDATE EXCLUSIVE up. */
function isMinorOnIndex(said: LockMode | undefined, seen: LockMode | undefined): boolean {
  const minor = strength("ShareUpdateExclusiveLock");
  return strength(said) < minor && strength(seen) < minor;
}

/** A file that the same transaction made is emptied where it is, and stays the same file. */
function mayBeEmptiedInPlace(relation: string, { heldBefore }: ObservedEffect): boolean {
  return heldBefore.some((lock) => lock.relation === relation && lock.mode === "AccessExclusiveLock");
}

function compareNames(
  what: EffectDifference["what"],
  predicted: readonly string[],
  observed: readonly string[],
  tolerated: readonly string[],
): readonly EffectDifference[] {
  return [
    ...observed.filter((name) => !predicted.includes(name)).map((relation) => difference("under", what, relation)),
    ...predicted
      .filter((name) => !observed.includes(name) && !tolerated.includes(name))
      .map((relation) => difference("over", what, relation)),
  ];
}

/** To rewrite a table or to build an index on it is to read it, so a prediction need not say so again. */
function compareScans(
  predicted: Effect,
  observed: ObservedEffect,
  emptied: readonly string[],
): readonly EffectDifference[] {
  const said = predicted.scans.map(({ relation }) => relation);
  const implied = [...emptied, ...predicted.rewrites, ...predicted.indexBuilds.map(({ table }) => table)];
  const read = [...observed.rewrites, ...observed.indexBuilds.map(({ table }) => table)];
  return [
    ...observed.scans
      .filter((name) => !said.includes(name) && !implied.includes(name))
      .map((relation) => difference("under", "scan", relation)),
    ...unique(said)
      .filter((name) => ![observed.scans, observed.perhapsScanned, read].some((names) => names.includes(name)))
      .map((relation) => difference("over", "scan", relation)),
  ];
}

/** By table: which name PostgreSQL chooses for a new index is no matter of effects. A file that was emptied has nothing to build from. */
function compareBuilds(predicted: Effect, observed: ObservedEffect): readonly EffectDifference[] {
  const emptied = new Set([...predicted.fileSwaps, ...observed.fileSwaps]);
  const said = unique(predicted.indexBuilds.map(({ table }) => table)).filter((table) => !emptied.has(table));
  const seen = unique(observed.indexBuilds.map(({ table }) => table)).filter((table) => !emptied.has(table));
  return compareNames("index_build", said, seen, []);
}

function compareWaits(predicted: Effect, observed: ObservedEffect): readonly EffectDifference[] {
  if (observed.waits === undefined) return [];
  const said = byRelation(predicted.waits.map(({ relation, conflictingWith: mode }) => ({ relation, mode })));
  const seen = byRelation(observed.waits.map(({ relation, conflictingWith: mode }) => ({ relation, mode })));
  return [...new Set([...said.keys(), ...seen.keys()])].sort().flatMap((relation): readonly EffectDifference[] => {
    const [mode, real] = [said.get(relation), seen.get(relation)];
    if (mode === real || (real === undefined && observed.perhapsLocked.includes(relation))) return [];
    const direction = strength(mode) < strength(real) ? "under" : "over";
    return [{ direction, what: "wait", relation, ...withMode("predicted", mode), ...withMode("observed", real) }];
  });
}

function byRelation(locks: readonly RelationLock[]): ReadonlyMap<string, LockMode> {
  const strongest = new Map<string, LockMode>();
  for (const { relation, mode } of locks) {
    if (strength(strongest.get(relation)) < strength(mode)) strongest.set(relation, mode);
  }
  return strongest;
}

/** 0 for no lock at all. */
function strength(mode: LockMode | undefined): number {
  return mode === undefined ? 0 : lockModes.indexOf(mode) + 1;
}

function difference(direction: "under" | "over", what: EffectDifference["what"], relation: string): EffectDifference {
  return { direction, what, relation };
}

function withMode<Key extends "predicted" | "observed">(key: Key, mode: LockMode | undefined) {
  return (mode === undefined ? {} : { [key]: mode }) as { readonly [key in Key]?: LockMode };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
